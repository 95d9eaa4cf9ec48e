import type { Language } from '@guichet/problem'
import type { BlockName } from './language.ts'

type Words = Record<Language, string>

/** What each variable is, for whoever edits a template. */
export const MEANINGS: Record<string, Words> = {
  greeting: { en: '“Hello Zoë Lefèvre,”', fr: '« Bonjour Zoë Lefèvre, »' },
  'buyer.name': { en: 'The buyer’s name, or nothing', fr: 'Le nom de l’acheteur, ou rien' },
  'account.name': { en: 'The account’s name, or nothing', fr: 'Le nom du compte, ou rien' },
  'organizer.name': { en: 'The organizer’s name', fr: 'Le nom de l’organisateur' },
  'webhook.host': { en: 'Where the webhook went', fr: 'Où le webhook était envoyé' },
  'webhook.reason': { en: '“gone” or “failing” (for “case”)', fr: '« gone » ou « failing » (pour « case »)' },
  'organizer.role': { en: 'The member’s role', fr: 'Le rôle du membre' },
  'shop.name': { en: 'The platform’s name', fr: 'Le nom de la plateforme' },
  'shop.url': { en: 'The platform’s address', fr: 'L’adresse de la plateforme' },
  'event.title': { en: 'The event’s title', fr: 'Le titre de l’événement' },
  'event.starts': { en: 'Day and time of the beginning', fr: 'Jour et heure du début' },
  'event.until': { en: '“until 23:00”', fr: '« jusqu’à 23 h »' },
  'event.zone': { en: 'The time zone', fr: 'Le fuseau horaire' },
  'event.date': { en: 'The day, short', fr: 'Le jour, en court' },
  'event.place': { en: 'The venue, or “Online”', fr: 'Le lieu, ou « En ligne »' },
  'event.address': { en: 'The venue’s address', fr: 'L’adresse du lieu' },
  'event.cancelled': { en: 'Whether it is cancelled (for “if”)', fr: 'S’il est annulé (pour « if »)' },
  'event.reason': { en: 'Why it is cancelled, or nothing', fr: 'Pourquoi il est annulé, ou rien' },
  'event.was': { en: '“Before: …”, the former date', fr: '« Avant : … », l’ancienne date' },
  'order.number': { en: 'The order’s number', fr: 'Le numéro de la commande' },
  'order.total': { en: 'The whole amount', fr: 'Le montant total' },
  'order.tickets': { en: 'How many tickets', fr: 'Combien de billets' },
  'order.paid': { en: 'Whether it cost anything (for “if”)', fr: 'Si elle a coûté quelque chose (pour « if »)' },
  'order.valid': { en: 'Whether its tickets are valid (for “if”)', fr: 'Si ses billets sont valables (pour « if »)' },
  'order.attached': {
    en: 'Whether the tickets are attached (for “if”)',
    fr: 'Si les billets sont joints (pour « if »)',
  },
  'order.url': { en: 'The order’s page, with its key', fr: 'La page de la commande, avec sa clé' },
  'pass.from': { en: 'Who has passed the ticket on, or nothing', fr: 'Qui a transmis le billet, ou rien' },
  'pass.to': { en: 'Who has been passed the ticket, or nothing', fr: 'À qui le billet est transmis, ou rien' },
  'pass.refunded': {
    en: 'Whether it was refunded, and not taken back (for “if”)',
    fr: 'S’il a été remboursé, et non repris (pour « if »)',
  },
  'pass.type': { en: 'The ticket type’s name', fr: 'Le nom du tarif' },
  'reminder.days': { en: 'Days until the event; 0: today', fr: 'Jours avant l’événement ; 0 : aujourd’hui' },
  'reminder.note': { en: 'What you add to the reminder, or nothing', fr: 'Ce que vous ajoutez au rappel, ou rien' },
  'hold.places': { en: 'How many places are held', fr: 'Combien de places sont réservées' },
  'hold.deadline': { en: 'Until when they are held', fr: 'Jusqu’à quand elles sont réservées' },
  'hold.zone': { en: 'The deadline’s time zone', fr: 'Le fuseau de ce délai' },
  'refund.amount': { en: 'What goes back', fr: 'Ce qui est remboursé' },
  'refund.state': {
    en: '“due”, “done”, “free”, or “none” for who did not buy (for “case”)',
    fr: '« due », « done », « free », ou « none » pour qui n’a pas acheté (pour « case »)',
  },
  'refund.outcome': {
    en: '“returned”, “nothing” or “free” (for “case”)',
    fr: '« returned », « nothing » ou « free » (pour « case »)',
  },
  'refund.tickets': { en: 'How many tickets became void', fr: 'Combien de billets ne valent plus' },
  'refund.reason': {
    en: '“late”, “twice”, “amount”, “cancelled” or “other” (for “case”)',
    fr: '« late », « twice », « amount », « cancelled » ou « other » (pour « case »)',
  },
  'transfer.deadline': { en: 'When the money must be there', fr: 'Quand l’argent doit être arrivé' },
  'transfer.zone': { en: 'The deadline’s time zone', fr: 'Le fuseau de ce délai' },
  'transfer.reference': { en: 'The transfer’s reference', fr: 'La référence du virement' },
  'link.minutes': { en: 'How long the link works, in minutes; or 0', fr: 'Durée du lien en minutes, ou 0' },
  'link.hours': { en: 'How long the link works, in hours; or 0', fr: 'Durée du lien en heures, ou 0' },
  'link.days': { en: 'How long the link works, in days; or 0', fr: 'Durée du lien en jours, ou 0' },
  'waiting.places': { en: 'How many places were asked for', fr: 'Combien de places sont demandées' },
  'waiting.type': { en: 'The ticket type’s name', fr: 'Le nom du tarif' },
  'waiting.url': { en: 'The page of the place on the list', fr: 'La page de l’inscription' },
  'offer.places': { en: 'How many places are kept', fr: 'Combien de places sont gardées' },
  'offer.deadline': { en: 'Until when they are kept', fr: 'Jusqu’à quand elles sont gardées' },
  'offer.zone': { en: 'The deadline’s time zone', fr: 'Le fuseau de ce délai' },
}

export const BLOCK_MEANINGS: Record<BlockName | 'button', Words> = {
  button: { en: 'The link, as a button: {% button "Open" %}', fr: 'Le lien, en bouton : {% button "Ouvrir" %}' },
  event: { en: 'The event: when and where', fr: 'L’événement : quand et où' },
  tickets: { en: 'The list of tickets', fr: 'La liste des billets' },
  order: { en: 'What was ordered, with the total', fr: 'Ce qui est commandé, avec le total' },
  changes: { en: 'What has changed: before and now', fr: 'Ce qui a changé : avant et maintenant' },
  payment: { en: 'How and when it was paid', fr: 'Comment et quand c’est payé' },
  transfer: { en: 'The bank account to pay to', fr: 'Le compte où payer' },
}

export interface Vocabulary {
  variables: readonly string[]
  blocks: readonly BlockName[]
  /** What the letter is nothing without: put at its end when the template has left it out. */
  essential: readonly (BlockName | 'button')[]
}

const SHOP = ['greeting', 'shop.name', 'shop.url'] as const
const EVENT = ['title', 'starts', 'until', 'zone', 'date', 'place', 'address'].map((name) => `event.${name}`)
const ORDER = ['number', 'total', 'tickets', 'paid', 'valid', 'url'].map((name) => `order.${name}`)
const OF_ORDER = [...SHOP, 'buyer.name', ...EVENT, 'event.cancelled', ...ORDER]
const OF_PASS = ['pass.from', 'pass.to', 'pass.type'] as const
const OF_WAITING = [...SHOP, ...EVENT, 'waiting.places', 'waiting.type', 'waiting.url']
const OF_ACCOUNT = [...SHOP, 'account.name', 'link.minutes', 'link.hours', 'link.days']

/** What the templates of each kind may use. A kind that is not here has none. */
const VOCABULARY: Record<string, Vocabulary> = {
  'order-confirmation': {
    variables: [...OF_ORDER, 'order.attached'],
    blocks: ['event', 'tickets', 'order', 'payment'],
    essential: ['event', 'button'],
  },
  'ticket-received': {
    variables: [...OF_ORDER, ...OF_PASS, 'order.attached'],
    blocks: ['event', 'tickets'],
    essential: ['event', 'button'],
  },
  'ticket-passed-on': { variables: [...OF_ORDER, ...OF_PASS], blocks: ['event', 'tickets'], essential: ['button'] },
  'ticket-taken-back': {
    variables: [...OF_ORDER, ...OF_PASS, 'pass.refunded'],
    blocks: ['event'],
    essential: ['event'],
  },
  'hold-reminder': {
    variables: [...OF_ORDER, 'hold.places', 'hold.deadline', 'hold.zone'],
    blocks: ['event', 'order'],
    essential: ['button'],
  },
  'payment-failed': {
    variables: [...OF_ORDER, 'hold.places', 'hold.deadline', 'hold.zone'],
    blocks: ['event', 'order'],
    essential: ['button'],
  },
  'transfer-instructions': {
    variables: [...OF_ORDER, 'transfer.deadline', 'transfer.zone', 'transfer.reference'],
    blocks: ['event', 'order', 'transfer'],
    essential: ['transfer', 'button'],
  },
  'order-refund': {
    variables: [...OF_ORDER, 'refund.outcome', 'refund.amount'],
    blocks: ['event', 'order'],
    essential: ['button'],
  },
  'order-partial-refund': {
    variables: [...OF_ORDER, 'refund.outcome', 'refund.amount', 'refund.tickets'],
    blocks: ['event'],
    essential: ['button'],
  },
  'payment-refund': {
    variables: [...OF_ORDER, 'refund.reason', 'refund.amount'],
    blocks: ['event'],
    essential: ['button'],
  },
  'event-cancelled': {
    variables: [...OF_ORDER, 'event.reason', 'refund.state', 'refund.amount'],
    blocks: ['event'],
    essential: ['event', 'button'],
  },
  'event-rescheduled': {
    variables: [...OF_ORDER, 'event.was'],
    blocks: ['event', 'changes'],
    essential: ['event', 'button'],
  },
  'event-moved': { variables: OF_ORDER, blocks: ['event', 'changes'], essential: ['event', 'button'] },
  'event-reminder': {
    variables: [...OF_ORDER, 'reminder.days', 'reminder.note'],
    blocks: ['event', 'tickets'],
    essential: ['event', 'button'],
  },
  // The words of these are a message's own: there is no template of them.
  'bulk-information': { variables: OF_ORDER, blocks: ['event', 'tickets'], essential: [] },
  'bulk-marketing': { variables: OF_ORDER, blocks: ['event', 'tickets'], essential: [] },
  'email-confirmation': { variables: OF_ACCOUNT, blocks: [], essential: ['button'] },
  'password-reset': { variables: OF_ACCOUNT, blocks: [], essential: ['button'] },
  'sign-up-repeated': { variables: OF_ACCOUNT, blocks: [], essential: ['button'] },
  'password-changed': { variables: OF_ACCOUNT, blocks: [], essential: ['button'] },
  'webhook-endpoint-off': {
    variables: [...OF_ACCOUNT, 'organizer.name', 'organizer.role', 'webhook.host', 'webhook.reason'],
    blocks: [],
    essential: ['button'],
  },
  'member-added': {
    variables: [...OF_ACCOUNT, 'organizer.name', 'organizer.role'],
    blocks: [],
    essential: ['button'],
  },
  'email-change': { variables: OF_ACCOUNT, blocks: [], essential: ['button'] },
  'email-change-taken': { variables: OF_ACCOUNT, blocks: [], essential: ['button'] },
  'email-changed': { variables: OF_ACCOUNT, blocks: [], essential: ['button'] },
  'account-deleted': { variables: OF_ACCOUNT, blocks: [], essential: [] },
  'waiting-list-joined': { variables: OF_WAITING, blocks: ['event'], essential: ['button'] },
  'waiting-list-offered': {
    variables: [...OF_WAITING, 'offer.places', 'offer.deadline', 'offer.zone'],
    blocks: ['event', 'order'],
    essential: ['button'],
  },
}

export function vocabularyOf(kind: string): Vocabulary | undefined {
  return VOCABULARY[kind]
}

export function essentialsOf(kind: string): readonly (BlockName | 'button')[] {
  return VOCABULARY[kind]?.essential ?? []
}
