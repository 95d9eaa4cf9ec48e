import { NotSent } from '../deliveries/not-sent.ts'
import { describeWhen } from '../formats/dates.ts'
import type { LetterDraft } from './letter.ts'
import { amountOf, linesPart, type OrderLetterInput, openOrder } from './order-parts.ts'
import { orderWords } from './order-words.ts'

/**
 * Where to transfer the money to, with which reference and until when. As of now: who has paid meanwhile, or chosen another
 * way, must not be asked for it.
 */
export function composeTransferInstructions(input: OrderLetterInput): LetterDraft {
  const { order, occasion, shop, t } = input
  const { transfer } = order
  if (!transfer) throw new NotSent('refused', 'tickets', 'The order awaits no bank transfer any more.')
  const { card, variables } = orderWords(input)
  const { dueAt } = transfer
  const due = describeWhen({ startsAt: dueAt, endsAt: dueAt, timeZone: occasion.timeZone }, order.language)
  const row = (name: 'beneficiary' | 'iban' | 'bic' | 'amount' | 'reference', value: string) => ({
    label: t(`transfer.${name}`),
    value,
  })
  return {
    kind: 'transfer-instructions',
    language: order.language,
    variables: { ...variables, transfer: { deadline: due.starts, zone: due.zone, reference: transfer.reference } },
    button: openOrder(input),
    blocks: {
      event: { is: 'event', struck: false, event: card },
      order: linesPart(input),
      transfer: {
        is: 'facts',
        label: t('transfer.label'),
        rows: [
          row('beneficiary', transfer.beneficiary),
          row('iban', inGroups(transfer.iban)),
          ...(transfer.bic ? [row('bic', transfer.bic)] : []),
          row('amount', amountOf(input)),
          row('reference', transfer.reference),
        ],
      },
    },
    footer: t('footer.order', { shop: shop.name }),
    attachments: [],
  }
}

/** As people read it. */
function inGroups(iban: string): string {
  return iban.replace(/(.{4})(?=.)/g, '$1 ')
}
