/**
 * Terms of services: {@link mainstay.persistence.term.JdbcTermStore} raises them, upwards only,
 * {@link mainstay.persistence.term.TermFence} is what each write transaction does to prove that its own is current.
 *
 * <p>Both take the same transaction-scoped lock of the service, writers shared, the raising one alone. So a term changes
 * only between write transactions, and no transaction of the old term commits after it.
 */
package mainstay.persistence.term;
