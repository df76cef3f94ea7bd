package mainstay.http.route;

import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.RequestEntity;
import akka.stream.Attributes;
import akka.stream.FlowShape;
import akka.stream.Inlet;
import akka.stream.Outlet;
import akka.stream.javadsl.Source;
import akka.stream.stage.AbstractInHandler;
import akka.stream.stage.AbstractOutHandler;
import akka.stream.stage.GraphStage;
import akka.stream.stage.GraphStageLogic;
import akka.stream.stage.TimerGraphStageLogic;
import akka.util.ByteString;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * Puts a short body that came after the head of its request, as many clients send it, together within the stream of its
 * connection. {@code toStrict} would start an actor for each, which halved the rate of point writes.
 *
 * <p>Bodies are taken in before their sender is known, so only those that are declared to be short: connections x
 * {@value #MAXIMUM_BYTES} bytes is the most memory that strangers can take up. All others pass through unread. A body
 * that does not arrive is passed on as one that fails.
 */
public final class SmallBodies extends GraphStage<FlowShape<HttpRequest, HttpRequest>> {
  /** Longest body that is put together here. */
  static final int MAXIMUM_BYTES = 8_192;

  private final Inlet<HttpRequest> in = Inlet.create("SmallBodies.in");
  private final Outlet<HttpRequest> out = Outlet.create("SmallBodies.out");
  private final FlowShape<HttpRequest, HttpRequest> shape = FlowShape.of(in, out);
  private final Duration patience;

  /** @param patience how long a body may take to arrive */
  public SmallBodies(Duration patience) {
    this.patience = patience;
  }

  @Override
  public FlowShape<HttpRequest, HttpRequest> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes inherited) {
    return new Logic();
  }

  private final class Logic extends TimerGraphStageLogic {
    private boolean reading;

    Logic() {
      super(shape);
      setHandler(in, new AbstractInHandler() {
        @Override
        public void onPush() {
          HttpRequest request = grab(in);
          long length = request.entity().getContentLengthOption().orElse(Long.MAX_VALUE);
          if (request.entity().isStrict() || length > MAXIMUM_BYTES) {
            push(out, request);
          } else {
            read(request);
          }
        }

        @Override
        public void onUpstreamFinish() {
          if (!reading) {
            completeStage();
          }
        }
      });
      setHandler(out, new AbstractOutHandler() {
        @Override
        public void onPull() {
          if (!isClosed(in)) {
            pull(in);
          }
        }
      });
    }

    private void read(HttpRequest request) {
      reading = true;
      var body = new Body(request);
      scheduleOnce(body, patience);
      body.start();
    }

    @Override
    public void onTimer(Object body) {
      ((Body) body).expire();
    }

    /** One body that is on its way; also the key of its timer. */
    private final class Body extends AbstractInHandler {
      private final HttpRequest request;
      private final SubSinkInlet<ByteString> bytes = new SubSinkInlet<>("SmallBodies.body");
      private ByteString received = ByteString.emptyByteString();

      Body(HttpRequest request) {
        this.request = request;
        bytes.setHandler(this);
      }

      void start() {
        bytes.pull();
        request.entity().getDataBytes().runWith(bytes.sink(), subFusingMaterializer());
      }

      @Override
      public void onPush() {
        received = received.concat(bytes.grab());
        bytes.pull();
      }

      @Override
      public void onUpstreamFinish() {
        deliver(HttpEntities.create(request.entity().getContentType(), received));
      }

      @Override
      public void onUpstreamFailure(Throwable failure) {
        deliver(failing(failure));
      }

      void expire() {
        bytes.cancel();
        deliver(failing(new TimeoutException("body")));
      }

      private RequestEntity failing(Throwable failure) {
        return HttpEntities.create(request.entity().getContentType(), Source.failed(failure));
      }

      private void deliver(RequestEntity entity) {
        reading = false;
        cancelTimer(this);
        push(out, request.withEntity(entity));
        if (isClosed(in)) {
          completeStage();
        }
      }
    }
  }
}
