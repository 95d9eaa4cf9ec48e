import type { Language } from '../language.ts'
import type { SessionState } from './ledger.ts'

type Words = {
  brand: string
  note: string
  simulated: string
  pay(amount: string): string
  paySlowly: string
  payWithStep: string
  stepTitle: string
  stepText: string
  approve: string
  decline: string
  abandon: string
  back(shop: string): string
  payTo(shop: string): string
  reference: string
  states: Record<Exclude<SessionState, 'open'>, { title: string; text: string; tone: 'good' | 'bad' | 'plain' }>
  homeTitle: string
  homeText: string[]
}

const en: Words = {
  brand: 'Simulated payments',
  note: 'This provider is simulated. It never asks for card details, and no money moves.',
  simulated: 'Simulated payment: no money moves. Choose how it should end.',
  pay: (amount) => `Pay ${amount}`,
  paySlowly: 'Pay slowly (a few seconds)',
  payWithStep: 'Pay, with a question of the bank (3-D Secure)',
  stepTitle: 'Your bank asks',
  stepText: 'Is it you who pays? Nothing is charged before you approve.',
  approve: 'Approve',
  decline: 'Decline',
  abandon: 'Abandon',
  back: (shop) => `Back to ${shop}`,
  payTo: (shop) => `Payment to ${shop}`,
  reference: 'Reference',
  states: {
    processing: { title: 'Payment under way', text: 'It will be confirmed in a few seconds.', tone: 'plain' },
    succeeded: { title: 'Paid', text: 'This payment succeeded. It will not be charged again.', tone: 'good' },
    declined: { title: 'Declined', text: 'This payment was declined. Nothing was charged.', tone: 'bad' },
    abandoned: {
      title: 'Closed',
      text: 'This payment was closed before it was made. Nothing was charged.',
      tone: 'plain',
    },
  },
  homeTitle: 'A payment provider to rehearse with',
  homeText: [
    'A shop sends its buyers here to pay, as it would to a real provider, and is told how it went by a signed webhook.',
    'There is nothing to see without a payment link: start an order in the shop.',
  ],
}

const fr: Words = {
  brand: 'Paiements simulés',
  note: 'Ce prestataire est simulé. Il ne demande jamais de carte bancaire et ne déplace pas d’argent.',
  simulated: 'Paiement simulé : aucun débit réel. Choisissez comment il se termine.',
  pay: (amount) => `Payer ${amount}`,
  paySlowly: 'Payer lentement (quelques secondes)',
  payWithStep: 'Payer, avec une question de la banque (3-D Secure)',
  stepTitle: 'Votre banque demande',
  stepText: 'Est-ce bien vous qui payez ? Rien n’est débité avant votre accord.',
  approve: 'Approuver',
  decline: 'Refuser',
  abandon: 'Abandonner',
  back: (shop) => `Retour à ${shop}`,
  payTo: (shop) => `Paiement à ${shop}`,
  reference: 'Référence',
  states: {
    processing: { title: 'Paiement en cours', text: 'Il sera confirmé dans quelques secondes.', tone: 'plain' },
    succeeded: { title: 'Payé', text: 'Ce paiement a réussi. Il ne sera pas débité une seconde fois.', tone: 'good' },
    declined: { title: 'Refusé', text: 'Ce paiement a été refusé. Rien n’a été débité.', tone: 'bad' },
    abandoned: {
      title: 'Fermé',
      text: 'Ce paiement a été fermé avant d’être fait. Rien n’a été débité.',
      tone: 'plain',
    },
  },
  homeTitle: 'Un prestataire de paiement pour répéter',
  homeText: [
    'Une boutique y envoie payer ses clients, comme chez un vrai prestataire, et apprend le résultat par un webhook signé.',
    'Sans lien de paiement, il n’y a rien à voir ici : commencez une commande dans la boutique.',
  ],
}

export const WORDS: Record<Language, Words> = { en, fr }
