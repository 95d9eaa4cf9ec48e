export type PaymentState = 'pending' | 'succeeded' | 'failed' | 'refunded'

/** Why money that arrived did not confirm its order; such money is sent back. */
export type PaymentProblem = 'amount-mismatch' | 'late-payment' | 'duplicate-payment' | 'event-cancelled'

export const FREE = 'free'
