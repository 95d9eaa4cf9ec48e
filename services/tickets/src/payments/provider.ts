import { DomainError } from '@guichet/problem'

export const PROVIDERS = ['simulated', 'stripe', 'paypal', 'bank-transfer'] as const
export type ProviderName = (typeof PROVIDERS)[number]

/** `test`: no money moves. */
export type Mode = 'test' | 'live'

/** What a provider must tell us of one payment. */
export interface ProviderPayment {
  /** The provider's id. */
  reference: string
  /** `open`: the buyer can still pay. `processing`: the buyer did, the bank has not. `failed`: never will be paid. */
  state: 'open' | 'processing' | 'succeeded' | 'failed'
  /** What was asked for; once `succeeded`, what was taken. */
  amountMinor: number
  currency: string
  /** Empty where the buyer has no page to go to. */
  redirectUrl: string
}

export interface PaymentTerms {
  /** Our id (TypeID), the provider's idempotency key and its reference to us. */
  paymentId: string
  amountMinor: number
  currency: string
  returnUrl: string
  description: string
  locale: string
  /** Fills in the provider's form. */
  buyerEmail: string | null
  /** The hold's deadline: a provider that can lets its page lapse then (or as soon after as its rules allow). */
  expiresAt: Date
}

export interface RefundTerms {
  /** The payment: our id, and the provider's reference. */
  paymentId: string
  reference: string
  /** Our id (TypeID), the provider's idempotency key and its reference to us. */
  refundId: string
  amountMinor: number
  currency: string
}

/** What a provider must tell us of one refund. */
export interface ProviderRefund {
  /** The provider's id; empty for one that is done by hand. */
  reference: string
  /** `pending`: accepted, not yet paid out. `failed`: will not be, and the money is still at the provider. */
  state: 'pending' | 'succeeded' | 'failed'
  amountMinor: number
  currency: string
  /** In the provider's words, why it failed. */
  problem?: string | undefined
}

/** A buyer who takes the money back through the bank (chargeback) or the provider. */
export interface ProviderDispute {
  /** The provider's id. */
  reference: string
  /** Our id, when the provider still knows it. */
  paymentId: string | undefined
  /** `lost` also when we accepted it; `won` also when the buyer withdrew it. */
  state: 'open' | 'won' | 'lost'
  amountMinor: number
  currency: string
  /** In the provider's words. */
  reason: string
  /** Until when one may answer it. */
  respondBy: Date | undefined
}

/** What a genuine webhook is about. It is a hint: the object is asked for again, what the webhook says of it is not believed. */
export type ProviderWebhook = { webhookId: string } & (
  | { kind: 'payment'; paymentId: string | undefined }
  /** About a refund of a payment: both are asked for again. */
  | { kind: 'refund'; paymentId: string | undefined; refundId: string | undefined }
  | { kind: 'dispute'; disputeReference: string }
  /** Genuine, yet about nothing of ours. */
  | { kind: 'other' }
)

export type WebhookHeaders = Record<string, string | string[] | undefined>

/** How a provider differs from others, for who has to know. */
export interface ProviderCapabilities {
  /** False where money is recorded by people (bank transfer): there is nothing to poll. */
  polled: boolean
  /** `by-hand`: `refund` only says `pending`; a person sends the money and records it. */
  refunds: 'automatic' | 'by-hand'
  disputes: boolean
}

/**
 * The port to a payment provider, opened with one account. Every call may fail with the answer lost; each may be repeated
 * with the same ids and then has one effect. None is ever made inside a database transaction. All throw {@link ProviderError}.
 */
export interface PaymentProvider {
  readonly mode: Mode
  readonly capabilities: ProviderCapabilities
  /** The buyer's page; `redirectUrl` is empty where there is none. */
  open(terms: PaymentTerms): Promise<{ reference: string; redirectUrl: string }>
  /** The present state, by the provider's reference or, before we know it, by our id; undefined when there is none. */
  find(payment: { paymentId: string; reference: string | null }): Promise<ProviderPayment | undefined>
  /** From now on the buyer can't pay. Without effect on a payment already decided: `find` tells. */
  close(reference: string): Promise<void>
  /** @throws ProviderError `refused` when it never will be done: more than is left, too old, the account is empty. */
  refund(refund: RefundTerms): Promise<ProviderRefund>
  /** The present state of a refund by our id; undefined when the provider never took it. */
  findRefund(refund: RefundTerms): Promise<ProviderRefund | undefined>
  /** The present state of a dispute; undefined when there is none. Only where `capabilities.disputes`. */
  findDispute(reference: string): Promise<ProviderDispute | undefined>
  /**
   * Checks over the raw bytes that the webhook is the provider's, for this account and of this mode; then says what it is about.
   * @throws DomainError `webhook-refused` for any other.
   */
  readWebhook(headers: WebhookHeaders, body: Buffer): Promise<ProviderWebhook>
  /** The test button: resolves when the account can take payments, else throws with the provider's own words. Moves no money. */
  check(): Promise<void>
}

/** `refused`: for good. `unavailable`: may be repeated later. `misconfigured`: not before the organizer has set it right. */
export type ProviderErrorKind = 'refused' | 'unavailable' | 'misconfigured'

/** A provider that did not do what we asked. Buyers see the problem of the kind; the provider's own words are for members. */
export class ProviderError extends DomainError {
  readonly kind: ProviderErrorKind
  /** What the provider said, cut short; never a secret. */
  readonly words: string

  constructor(kind: ProviderErrorKind, words: string, options: { cause?: unknown } = {}) {
    super(`provider-${kind}`, {}, options)
    this.kind = kind
    this.words = words.slice(0, 500)
    this.message = `provider-${kind}: ${this.words}`
  }
}
