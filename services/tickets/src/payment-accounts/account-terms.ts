import { type Static, Type } from 'typebox'
import type { Mode } from '../payments/provider.ts'

const secret = (description: string) => Type.String({ minLength: 8, maxLength: 500, pattern: '^\\S+$', description })
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '\\S' })

/** What an organizer tells us of an account: `settings` may be shown, `secrets` never are. */
export const StripeSettings = Type.Object({})
export const StripeSecrets = Type.Object({
  secretKey: secret('sk_… or rk_…'),
  webhookSecrets: Type.Array(secret('whsec_…; two while one replaces the other'), { maxItems: 3 }),
})

export const PaypalSettings = Type.Object({
  clientId: Type.String({ minLength: 8, maxLength: 200, pattern: '^\\S+$' }),
  webhookId: Type.String({
    maxLength: 100,
    pattern: '^\\S*$',
    description: 'Given by PayPal for the webhook; may come later.',
  }),
})
export const PaypalSecrets = Type.Object({ clientSecret: secret('The secret of the PayPal app') })

export const BankTransferSettings = Type.Object({
  beneficiary: text(70),
  iban: Type.String({ maxLength: 42, pattern: '^[A-Za-z]{2}[0-9]{2}[A-Za-z0-9 ]{11,38}$' }),
  bic: Type.Union([Type.String({ pattern: '^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$' }), Type.Null()]),
  dueDays: Type.Integer({ minimum: 1, maximum: 60, description: 'How long places are kept for the money to arrive.' }),
})
export const BankTransferSecrets = Type.Object({})

/** An account opened: its secrets in the clear. Never leaves the memory. */
export type OpenedAccount = { id: string; organizerId: string; mode: Mode } & (
  | { provider: 'stripe'; settings: Static<typeof StripeSettings>; secrets: Static<typeof StripeSecrets> }
  | { provider: 'paypal'; settings: Static<typeof PaypalSettings>; secrets: Static<typeof PaypalSecrets> }
  | {
      provider: 'bank-transfer'
      settings: Static<typeof BankTransferSettings>
      secrets: Static<typeof BankTransferSecrets>
    }
)

export type AccountOf<Provider extends OpenedAccount['provider']> = Extract<OpenedAccount, { provider: Provider }>
