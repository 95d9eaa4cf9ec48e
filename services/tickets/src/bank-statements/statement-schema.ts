import { Type } from 'typebox'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

/** Of the file, in characters. */
export const CSV_MAX = 4 * 1024 * 1024

export const StatementBody = Type.Object({
  csv: Type.String({ minLength: 1, maxLength: CSV_MAX, description: 'The file of the bank, as text.' }),
})

const Outcome = Type.Union(
  [
    Type.Literal('paid'),
    Type.Literal('wrong-amount'),
    Type.Literal('paid-already'),
    Type.Literal('unmatched'),
    Type.Literal('duplicate'),
    Type.Literal('outgoing'),
    Type.Literal('unreadable'),
  ],
  {
    description:
      'paid: pays the payment that it names. wrong-amount, paid-already, unmatched: money came and a person must look. duplicate: imported before.',
  },
)

export const StatementAnswer = Type.Object({
  rows: Type.Array(
    Type.Object({
      row: Type.Integer({ description: 'In the file, from 1.' }),
      outcome: Outcome,
      bookedOn: nullable(Type.String({ format: 'date' })),
      amountMinor: nullable(Type.Integer()),
      currency: nullable(Type.String()),
      text: Type.String(),
      expectedMinor: nullable(Type.Integer()),
      paymentId: nullable(Type.String()),
      orderId: nullable(Type.String()),
      eventId: nullable(Type.String()),
    }),
  ),
  counts: Type.Object({}, { additionalProperties: Type.Integer(), description: 'Rows by outcome.' }),
  totals: Type.Object({}, { additionalProperties: Type.Integer(), description: 'Paid, in minor units, by currency.' }),
})

const EntryOutcome = Type.Union(
  [
    Type.Literal('paid'),
    Type.Literal('part'),
    Type.Literal('wrong-amount'),
    Type.Literal('paid-already'),
    Type.Literal('unmatched'),
    Type.Literal('sent-back'),
    Type.Literal('recorded-before'),
  ],
  {
    description:
      'paid: pays the payment. part: pays it together with others. wrong-amount, paid-already, unmatched: a person must look. sent-back, recorded-before: a member has closed it.',
  },
)

export const BankEntryAnswer = Type.Object({
  id: Type.String(),
  source: Type.Union([Type.Literal('statement'), Type.Literal('hand')]),
  outcome: EntryOutcome,
  bookedOn: Type.String({ format: 'date' }),
  amountMinor: Type.Integer(),
  currency: Type.String(),
  text: Type.String(),
  paymentId: nullable(Type.String()),
  note: nullable(Type.String({ description: 'Of the member who closed it.' })),
  closedAt: nullable(Type.String({ format: 'date-time' })),
  createdAt: Type.String({ format: 'date-time' }),
})
