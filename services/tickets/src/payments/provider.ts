/** What a provider must tell us of one payment. */
export interface ProviderPayment {
  /** The provider's id. */
  reference: string
  /** `open`: the buyer can still pay. `processing`: the buyer did, the bank has not. `failed`: never will be paid. */
  state: 'open' | 'processing' | 'succeeded' | 'failed'
  amountMinor: number
  currency: string
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
}

/**
 * The port to a payment provider. Every call may fail with the answer lost; each may be repeated with the same ids and then
 * has one effect. None is ever made inside a database transaction.
 */
export interface PaymentProvider {
  open(terms: PaymentTerms): Promise<{ reference: string; redirectUrl: string }>
  /** The present state, by the provider's reference or, before we know it, by our id; undefined when there is none. */
  find(payment: { paymentId: string; reference: string | null }): Promise<ProviderPayment | undefined>
  /** From now on the buyer can't pay. Without effect on a payment already decided: `find` tells. */
  close(reference: string): Promise<void>
  refund(refund: { reference: string; refundId: string; amountMinor: number }): Promise<{ reference: string }>
  /** Checks the signature over the raw bytes, then says which payment it is about; what it says happened is not believed. */
  readWebhook(headers: Record<string, string | string[] | undefined>, body: Buffer): ProviderWebhook
}

export interface ProviderWebhook {
  webhookId: string
  /** Our id, undefined when the webhook is not about a payment of ours. */
  paymentId: string | undefined
}
