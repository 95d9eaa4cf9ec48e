import { Type } from 'typebox'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

export const PaymentAccountParams = Type.Object({ accountId: Type.String() })
export const OrganizerParams = Type.Object({ organizerId: Type.String() })

export const ModeSchema = Type.Union([Type.Literal('test'), Type.Literal('live')], {
  description: 'test: no money moves.',
})

export const AccountProviderSchema = Type.Union([
  Type.Literal('stripe'),
  Type.Literal('paypal'),
  Type.Literal('bank-transfer'),
])

const settings = Type.Object(
  {},
  {
    additionalProperties: true,
    description: 'stripe: none. paypal: clientId, webhookId. bank-transfer: beneficiary, iban, bic, dueDays.',
  },
)
const secrets = Type.Object(
  {},
  {
    additionalProperties: true,
    description:
      'Never answered. stripe: secretKey, webhookSecrets (a list: two while one replaces the other). paypal: clientSecret.',
  },
)

export const CreatePaymentAccountBody = Type.Object({
  provider: AccountProviderSchema,
  mode: ModeSchema,
  settings: Type.Optional(settings),
  secrets: Type.Optional(secrets),
  enabled: Type.Optional(Type.Boolean({ description: 'False unless said.' })),
})

export const UpdatePaymentAccountBody = Type.Partial(Type.Object({ settings, secrets, enabled: Type.Boolean() }), {
  minProperties: 1,
})

export const ProviderProblem = Type.Object({
  kind: Type.Union([Type.Literal('refused'), Type.Literal('unavailable'), Type.Literal('misconfigured')]),
  words: Type.String({ description: 'The provider’s own.' }),
})

export const PaymentAccountAnswer = Type.Object({
  id: Type.String(),
  organizerId: Type.String(),
  provider: AccountProviderSchema,
  mode: ModeSchema,
  settings: Type.Object({}, { additionalProperties: true }),
  secretsGiven: Type.Array(Type.String({ description: 'Which secrets there are.' })),
  enabled: Type.Boolean(),
  webhookUrl: nullable(Type.String({ description: 'Where the provider must post its webhooks.' })),
  lastCheckedAt: nullable(Type.String({ format: 'date-time' })),
  lastProblem: nullable(ProviderProblem),
  createdAt: Type.String({ format: 'date-time' }),
  version: Type.Integer(),
})

export const CheckAnswer = Type.Object({
  ok: Type.Boolean(),
  problem: nullable(ProviderProblem),
  checkedAt: Type.String({ format: 'date-time' }),
})
