package mainstay.http.security;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import mainstay.protocol.model.Role;

/**
 * The files {@code viewer.token operator.token engineer.token admin.token} of one directory. Several servers may share
 * the directory: a missing file comes into being complete or not at all, and the first to make it wins.
 */
public final class TokenFiles {
  private static final int TOKEN_BYTES = 32;
  private static final int MAXIMUM_FILE_BYTES = 1_024;
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{32,512}");
  private static final Set<PosixFilePermission> OWNER_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private TokenFiles() {}

  /** Name of the file of a role. */
  public static String fileName(Role role) {
    return role.name().toLowerCase(Locale.ROOT) + ".token";
  }

  /**
   * Reads the token of each role, makes what is missing.
   *
   * @param directory made if missing, for its owner only
   * @throws TokenFileException if a file cannot be made or read, if others than its owner may read it, if everybody may
   *     write to the directory, or if two roles have the same token
   */
  public static Map<Role, String> open(Path directory) {
    boolean posix = prepare(directory);
    var tokens = new EnumMap<Role, String>(Role.class);
    for (Role role : Role.values()) {
      Path file = directory.resolve(fileName(role));
      if (Files.notExists(file)) {
        create(directory, file, posix);
      }
      String token = read(file, posix);
      for (var other : tokens.entrySet()) {
        if (other.getValue().equals(token)) {
          throw new TokenFileException(
              "token files " + fileName(other.getKey()) + " and " + fileName(role) + " in "
                  + directory
                  + " hold the same token, so that the roles cannot be told apart; delete one of them to get a"
                  + " new one");
        }
      }
      tokens.put(role, token);
    }
    return tokens;
  }

  private static boolean prepare(Path directory) {
    try {
      if (Files.notExists(directory)) {
        boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        Files.createDirectories(directory, permissions(OWNER_DIRECTORY, posix));
      }
      boolean posix = Files.getFileStore(directory).supportsFileAttributeView("posix");
      if (posix
          && Files.getPosixFilePermissions(directory).contains(PosixFilePermission.OTHERS_WRITE)) {
        throw new TokenFileException(
            "token directory " + directory + " can be written by everybody, so that anybody"
                + " could replace the tokens; run: chmod o-w " + directory);
      }
      return posix;
    } catch (IOException e) {
      throw new TokenFileException(
          "token directory " + directory + " cannot be made or read; make it, owned by the"
              + " user that runs the server, or name another one in mainstay.http.token-directory",
          e);
    }
  }

  private static void create(Path directory, Path file, boolean posix) {
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    try {
      Path complete =
          Files.createTempFile(directory, ".token", ".new", permissions(OWNER_FILE, posix));
      try {
        write(complete, token + "\n");
        Files.createLink(file, complete); // fails if another server was faster: its token counts
      } finally {
        Files.delete(complete);
      }
    } catch (FileAlreadyExistsException faster) {
      return;
    } catch (IOException | UnsupportedOperationException e) {
      throw new TokenFileException(
          "token file " + file + " cannot be made; make " + directory
              + " writable for the user that runs the server, or put the file there yourself with permissions 600",
          e);
    }
  }

  private static void write(Path file, String text) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  private static String read(Path file, boolean posix) {
    try {
      if (posix) {
        var others = Files.getPosixFilePermissions(file).stream()
            .filter(permission -> !permission.name().startsWith("OWNER_"))
            .map(permission -> permission.name().toLowerCase(Locale.ROOT).replace('_', ' '))
            .sorted()
            .collect(Collectors.joining(", "));
        if (!others.isEmpty()) {
          throw new TokenFileException(
              "token file " + file + " is open to others than its owner (" + others
                  + "), so the token may be known; delete the file to get a new token, or run: chmod 600 "
                  + file);
        }
      }
      if (Files.size(file) > MAXIMUM_FILE_BYTES) {
        throw new TokenFileException("token file " + file + " has more than " + MAXIMUM_FILE_BYTES
            + " bytes, so it holds no token; delete it to get a new one");
      }
      String token = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
      if (!TOKEN.matcher(token).matches()) {
        throw new TokenFileException(
            "token file " + file + " must hold one line of 32 to 512 letters, digits and"
                + " . _ ~ + / = -; delete it to get a new one");
      }
      return token;
    } catch (IOException e) {
      throw new TokenFileException(
          "token file " + file
              + " cannot be read; make it readable for the user that runs the server",
          e);
    }
  }

  private static FileAttribute<?>[] permissions(
      Set<PosixFilePermission> permissions, boolean posix) {
    return posix
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }
}
