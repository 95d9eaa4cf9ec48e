import { NotSent } from '../deliveries/not-sent.ts'
import { describeWhen } from '../formats/dates.ts'
import { eventCard } from './event-card.ts'
import { greetingOf, type Letter } from './letter.ts'
import { actionPart, amountOf, linesPart, type OrderLetterInput } from './order-parts.ts'

/**
 * Where to transfer the money to, with which reference and until when. As of now: who has paid meanwhile, or chosen another
 * way, must not be asked for it.
 */
export function composeTransferInstructions(input: OrderLetterInput): Letter {
  const { order, occasion, shop, t } = input
  const { transfer } = order
  if (!transfer) throw new NotSent('refused', 'tickets', 'The order awaits no bank transfer any more.')
  const { card } = eventCard(occasion, order.language, t)
  const { dueAt } = transfer
  const due = describeWhen({ startsAt: dueAt, endsAt: dueAt, timeZone: occasion.timeZone }, order.language)
  const paragraph = (text: string) => ({ is: 'paragraph' as const, text })
  return {
    language: order.language,
    shop,
    subject: t('transfer-instructions.subject', { event: occasion.title }),
    preheader: t('transfer-instructions.preheader', { amount: amountOf(input), deadline: due.starts }),
    title: t('transfer-instructions.title'),
    greeting: greetingOf(t, order.buyer.name),
    parts: [
      paragraph(t('transfer-instructions.intro', { amount: amountOf(input), deadline: due.starts, zone: due.zone })),
      paragraph(t('transfer-instructions.beneficiary', { beneficiary: transfer.beneficiary })),
      paragraph(t('transfer-instructions.iban', { iban: inGroups(transfer.iban) })),
      ...(transfer.bic ? [paragraph(t('transfer-instructions.bic', { bic: transfer.bic }))] : []),
      paragraph(t('transfer-instructions.amount', { amount: amountOf(input) })),
      paragraph(t('transfer-instructions.reference', { reference: transfer.reference })),
      { is: 'notice', text: t('transfer-instructions.exactly') },
      { is: 'event', struck: false, event: card },
      linesPart(input),
      actionPart(input, t('transfer-instructions.action')),
    ],
    footer: t('footer.order', { shop: shop.name }),
    attachments: [],
  }
}

/** As people read it. */
function inGroups(iban: string): string {
  return iban.replace(/(.{4})(?=.)/g, '$1 ')
}
