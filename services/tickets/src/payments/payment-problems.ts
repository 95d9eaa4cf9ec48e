import type { ProblemTable } from '@guichet/problem'

/** What stands against paying, refunding, and keeping the books. */
export const paymentProblems = {
  'order-not-refundable': {
    status: 409,
    title: { en: 'There is nothing to refund.', fr: 'Il n’y a rien à rembourser.' },
    detail: {
      en: 'Only valid tickets of a confirmed order can be; its state is "{state}".',
      fr: 'Seuls les billets valables d’une commande confirmée peuvent l’être ; son état est « {state} ».',
    },
  },
  'tickets-not-refundable': {
    status: 409,
    title: {
      en: 'Some of these tickets cannot be refunded.',
      fr: 'Certains de ces billets ne peuvent être remboursés.',
    },
    detail: {
      en: '{count} of them are not valid tickets of this order any more. Reload it and choose again.',
      fr: '{count} ne sont pas, ou plus, des billets valables de cette commande. Rechargez-la et choisissez à nouveau.',
    },
  },
  'ticket-checked-in': {
    status: 409,
    title: { en: 'Somebody has come in with this ticket.', fr: 'Quelqu’un est entré avec ce billet.' },
    detail: {
      en: '{count} of the tickets were used. Leave them out, or refund them all the same with "force".',
      fr: '{count} des billets ont servi. Laissez-les de côté, ou remboursez-les quand même avec « force ».',
    },
  },
  'refund-too-high': {
    status: 409,
    title: { en: 'There is not so much to give back.', fr: 'Il n’y a pas autant à rendre.' },
    detail: {
      en: '{refundableMinor} are left (minor units, {currency}); you asked for {amountMinor}.',
      fr: 'Il reste {refundableMinor} (unités mineures, {currency}) ; vous en demandez {amountMinor}.',
    },
  },
  'payment-disputed': {
    status: 409,
    title: { en: 'The buyer disputes this payment.', fr: 'L’acheteur conteste ce paiement.' },
    detail: {
      en: 'The money that the bank has taken back cannot be refunded too: {refundableMinor} are left (minor units, {currency}).',
      fr: 'L’argent que la banque a repris ne peut être remboursé en plus : il reste {refundableMinor} (unités mineures, {currency}).',
    },
  },
  'refund-not-offered': {
    status: 409,
    title: { en: 'These tickets are not taken back.', fr: 'Ces billets ne sont pas repris.' },
    detail: { en: 'Ask the organizer.', fr: 'Adressez-vous à l’organisateur.' },
  },
  'refund-too-late': {
    status: 409,
    title: { en: 'It is too late to give these tickets back.', fr: 'Il est trop tard pour rendre ces billets.' },
    detail: { en: 'One could until {until}.', fr: 'C’était possible jusqu’au {until}.' },
  },
  'refund-done': {
    status: 409,
    title: { en: 'This refund is done already.', fr: 'Ce remboursement est déjà fait.' },
  },
  'refund-under-way': {
    status: 409,
    title: { en: 'The payment provider is at it.', fr: 'Le prestataire de paiement s’en occupe.' },
    detail: {
      en: 'Only what it refuses, or what is sent by hand, is settled by hand.',
      fr: 'Seul ce qu’il refuse, ou ce qui s’envoie à la main, se règle à la main.',
    },
  },
  'refund-run-changed': {
    status: 409,
    title: { en: 'It would be another amount now.', fr: 'Le montant a changé entre-temps.' },
    detail: {
      en: 'Now it is {amountMinor} (minor units) for {tickets} tickets. Look again and confirm.',
      fr: 'C’est maintenant {amountMinor} (unités mineures) pour {tickets} billets. Vérifiez et confirmez à nouveau.',
    },
  },
  'refund-run-running': {
    status: 409,
    title: { en: 'A refund of this event is under way.', fr: 'Un remboursement de cet événement est en cours.' },
    detail: { en: 'Wait until it is done.', fr: 'Attendez qu’il soit terminé.' },
  },
  'order-free': {
    status: 409,
    title: { en: 'There is nothing to pay.', fr: 'Il n’y a rien à payer.' },
    detail: { en: 'Use the provider "free".', fr: 'Utilisez le prestataire « free ».' },
  },
  'payment-required': {
    status: 409,
    title: { en: 'This order is not free.', fr: 'Cette commande n’est pas gratuite.' },
    detail: { en: 'Choose a payment provider.', fr: 'Choisissez un prestataire de paiement.' },
  },
  'provider-unavailable': {
    status: 503,
    title: { en: 'The payment provider does not answer.', fr: 'Le prestataire de paiement ne répond pas.' },
    detail: {
      en: 'Nothing was charged twice. Try again in a moment with the same Idempotency-Key.',
      fr: 'Rien n’a été débité deux fois. Réessayez dans un instant avec la même Idempotency-Key.',
    },
  },
  'provider-refused': {
    status: 409,
    title: { en: 'The payment provider refuses.', fr: 'Le prestataire de paiement refuse.' },
    detail: { en: 'Choose another way to pay.', fr: 'Choisissez un autre moyen de paiement.' },
  },
  'provider-misconfigured': {
    status: 503,
    title: {
      en: 'One cannot pay this way at present.',
      fr: 'Ce moyen de paiement est indisponible pour le moment.',
    },
    detail: {
      en: 'Nothing was charged. Choose another way to pay, or tell the organizer.',
      fr: 'Rien n’a été débité. Choisissez un autre moyen de paiement, ou prévenez l’organisateur.',
    },
  },
  'no-valid-tickets': {
    status: 409,
    title: { en: 'This order has no valid tickets.', fr: 'Cette commande n’a aucun billet valable.' },
    detail: {
      en: 'There are none before it is paid, and none after all were given back.',
      fr: 'Il n’y en a pas avant le paiement, ni quand tous ont été rendus.',
    },
  },
  'seller-missing': {
    status: 409,
    title: { en: 'The invoice is not ready yet.', fr: 'La facture n’est pas encore prête.' },
    detail: {
      en: 'The organizer has not yet said who sells. Its number is reserved.',
      fr: 'L’organisateur n’a pas encore indiqué qui vend. Son numéro est réservé.',
    },
  },
  'payment-over': {
    status: 409,
    title: { en: 'This attempt to pay is over.', fr: 'Cette tentative de paiement est terminée.' },
    detail: { en: 'Nothing was charged. Start again.', fr: 'Rien n’a été débité. Recommencez.' },
  },
  'provider-not-offered': {
    status: 409,
    title: { en: 'One cannot pay this way here.', fr: 'Ce moyen de paiement n’est pas proposé ici.' },
    detail: { en: 'Choose another way to pay.', fr: 'Choisissez un autre moyen de paiement.' },
  },
  'payment-account-enabled': {
    status: 409,
    title: {
      en: 'Another account at this provider is in use.',
      fr: 'Un autre compte chez ce prestataire est en service.',
    },
    detail: { en: 'Switch that one off first.', fr: 'Désactivez d’abord celui-là.' },
  },
  'payment-account-has-payments': {
    status: 409,
    title: { en: 'Payments were made with this account.', fr: 'Des paiements ont été faits avec ce compte.' },
    detail: { en: 'Switch it off instead of deleting it.', fr: 'Désactivez-le au lieu de le supprimer.' },
  },
  'amount-differs': {
    status: 409,
    title: { en: 'Another amount is owed.', fr: 'Le montant dû est différent.' },
    detail: {
      en: 'Owed are {expectedMinor} {currency} in minor units; you wrote {amountMinor}.',
      fr: 'Sont dus {expectedMinor} {currency} en unités mineures ; vous avez écrit {amountMinor}.',
    },
  },
  'transfer-not-awaited': {
    status: 409,
    title: { en: 'This order awaits no bank transfer.', fr: 'Cette commande n’attend aucun virement.' },
  },
  'bank-entry-closed': {
    status: 409,
    title: { en: 'This money has been dealt with.', fr: 'Cette somme a déjà été traitée.' },
    detail: { en: 'It is "{outcome}" now.', fr: 'Son état est « {outcome} ».' },
  },
  'statement-unreadable': {
    status: 422,
    title: { en: 'This is no statement that can be read.', fr: 'Ce relevé est illisible.' },
    detail: {
      en: 'It needs a line of column heads, among them one for the date and one for the amount.',
      fr: 'Il faut une ligne de titres de colonnes, dont une pour la date et une pour le montant.',
    },
  },
  'statement-too-long': {
    status: 422,
    title: { en: 'The statement is too long.', fr: 'Le relevé est trop long.' },
    detail: { en: 'Import at most {rowsMax} rows at once.', fr: 'Importez au plus {rowsMax} lignes à la fois.' },
  },
  'webhook-refused': {
    status: 401,
    title: { en: 'The signature of this webhook is not valid.', fr: 'La signature de ce webhook n’est pas valide.' },
  },
  'difference-not-repairable': {
    status: 409,
    title: { en: 'Only a person can set this right.', fr: 'Seule une personne peut rectifier cela.' },
    detail: {
      en: 'Compare it with your account at the payment provider and with the order.',
      fr: 'Comparez avec votre compte chez le prestataire de paiement et avec la commande.',
    },
  },
} as const satisfies ProblemTable
