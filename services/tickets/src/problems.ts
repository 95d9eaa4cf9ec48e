import { defineProblems } from '@guichet/problem'

export const problems = defineProblems({
  'difference-not-repairable': {
    status: 409,
    title: { en: 'Only a person can set this right.', fr: 'Seule une personne peut rectifier cela.' },
    detail: {
      en: 'Compare it with your account at the payment provider and with the order.',
      fr: 'Comparez avec votre compte chez le prestataire de paiement et avec la commande.',
    },
  },
  'ticket-type-unknown': {
    status: 404,
    title: { en: 'This ticket type is not on offer.', fr: 'Ce type de billet n’est pas proposé.' },
    detail: {
      en: 'Reload the event’s page and choose again.',
      fr: 'Rechargez la page de l’événement et choisissez à nouveau.',
    },
  },
  'sold-out': {
    status: 409,
    title: { en: 'There are not enough places left.', fr: 'Il ne reste pas assez de places.' },
    detail: {
      en: 'You asked for {quantity}; {remaining} are left. Places that others hold may come back within minutes.',
      fr: 'Vous en demandez {quantity} ; il en reste {remaining}. Des places retenues par d’autres peuvent se libérer d’ici quelques minutes.',
    },
  },
  'not-on-sale': {
    status: 409,
    title: { en: 'These tickets are not on sale yet.', fr: 'Ces billets ne sont pas encore en vente.' },
    detail: { en: 'The sale starts at {salesStartAt}.', fr: 'La vente commence le {salesStartAt}.' },
  },
  'sale-ended': {
    status: 409,
    title: { en: 'The sale of these tickets has ended.', fr: 'La vente de ces billets est terminée.' },
    detail: { en: 'It ended at {salesEndAt}.', fr: 'Elle s’est terminée le {salesEndAt}.' },
  },
  'sale-closed': {
    status: 409,
    title: { en: 'The sale of this event is closed.', fr: 'La vente de cet événement est fermée.' },
  },
  'sale-paused': {
    status: 409,
    title: { en: 'The sale of these tickets is paused.', fr: 'La vente de ces billets est suspendue.' },
    detail: { en: 'Come back in a while.', fr: 'Revenez dans un moment.' },
  },
  'sale-busy': {
    status: 503,
    title: { en: 'Very many people are buying right now.', fr: 'Énormément de personnes achètent en ce moment.' },
    detail: {
      en: 'Nothing was ordered. Try again in a moment with the same Idempotency-Key.',
      fr: 'Rien n’a été commandé. Réessayez dans un instant avec la même Idempotency-Key.',
    },
  },
  'too-many-holds': {
    status: 429,
    title: { en: 'Too many places are being held for you.', fr: 'Trop de places sont gardées pour vous.' },
    detail: {
      en: 'Pay for those you have, or try again in {retryAfterSeconds} s.',
      fr: 'Payez celles que vous avez, ou réessayez dans {retryAfterSeconds} s.',
    },
  },
  'buyer-required': {
    status: 409,
    title: { en: 'Who is buying?', fr: 'Qui achète ?' },
    detail: {
      en: 'These tickets are limited for each person: give your e-mail address with the order.',
      fr: 'Ces billets sont limités par personne : indiquez votre adresse e-mail avec la commande.',
    },
  },
  'buyer-limit-exceeded': {
    status: 409,
    title: {
      en: 'You would have more of these tickets than one person may.',
      fr: 'Vous auriez plus de ces billets que permis par personne.',
    },
    detail: {
      en: 'Each person may have {maxPerBuyer}; you have {already} and asked for {quantity}.',
      fr: 'Chaque personne peut en avoir {maxPerBuyer} ; vous en avez {already} et en demandez {quantity}.',
    },
  },
  'buyer-fixed': {
    status: 409,
    title: {
      en: 'The e-mail address of this order cannot be changed.',
      fr: 'L’adresse e-mail de cette commande ne peut pas être changée.',
    },
    detail: {
      en: 'Its tickets are limited for each person. Cancel the order and choose again with the other address.',
      fr: 'Ses billets sont limités par personne. Annulez la commande et choisissez à nouveau avec l’autre adresse.',
    },
  },
  'add-on-alone': {
    status: 409,
    title: { en: 'This is sold only together with a ticket.', fr: 'Ceci n’est vendu qu’avec un billet.' },
    detail: { en: 'Add a ticket that it goes with.', fr: 'Ajoutez un billet auquel il se rattache.' },
  },
  'add-on-limit-exceeded': {
    status: 409,
    title: {
      en: 'There are more add-ons than your tickets allow.',
      fr: 'Il y a plus d’options que vos billets n’en permettent.',
    },
    detail: {
      en: 'Your tickets allow {allowed}; you asked for {quantity}.',
      fr: 'Vos billets en permettent {allowed} ; vous en demandez {quantity}.',
    },
  },
  'promo-code-invalid': {
    status: 409,
    title: { en: 'This code cannot be used here.', fr: 'Ce code ne peut pas être utilisé ici.' },
    detail: {
      en: 'It may be mistyped, not valid now, or not for these tickets.',
      fr: 'Il est peut-être mal saisi, hors de sa période, ou pas pour ces billets.',
    },
  },
  'promo-code-used-up': {
    status: 409,
    title: { en: 'This code is used up.', fr: 'Ce code est épuisé.' },
    detail: {
      en: 'It is good for {remaining} more tickets; you asked for {quantity}.',
      fr: 'Il vaut encore pour {remaining} billets ; vous en demandez {quantity}.',
    },
  },
  'promo-code-exists': {
    status: 409,
    title: { en: 'The event has this code already.', fr: 'L’événement a déjà ce code.' },
  },
  'promo-code-has-orders': {
    status: 409,
    title: { en: 'Orders were placed with this code.', fr: 'Des commandes ont été passées avec ce code.' },
    detail: { en: 'Switch it off instead of deleting it.', fr: 'Désactivez-le au lieu de le supprimer.' },
  },
  'price-not-chosen': {
    status: 409,
    title: { en: 'The price of this ticket is fixed.', fr: 'Le prix de ce billet est fixe.' },
    detail: { en: 'Leave the price out.', fr: 'N’indiquez pas de prix.' },
  },
  'price-below-minimum': {
    status: 409,
    title: { en: 'The price that you chose is too low.', fr: 'Le prix choisi est trop bas.' },
    detail: {
      en: 'Choose at least {priceMinor} (in minor units).',
      fr: 'Choisissez au moins {priceMinor} (en unités mineures).',
    },
  },
  'event-capacity-exists': {
    status: 409,
    title: { en: 'The event has a capacity already.', fr: 'L’événement a déjà une capacité.' },
    detail: { en: 'Change that one.', fr: 'Modifiez celle-ci.' },
  },
  'not-sold-out': {
    status: 409,
    title: { en: 'There are places left.', fr: 'Il reste des places.' },
    detail: { en: 'You can buy them now.', fr: 'Vous pouvez les acheter maintenant.' },
  },
  'limit-exceeded': {
    status: 409,
    title: {
      en: 'This quantity is not allowed in one order.',
      fr: 'Cette quantité n’est pas permise dans une commande.',
    },
    detail: {
      en: 'One order may hold from {minPerOrder} to {maxPerOrder} of this type; you asked for {quantity}.',
      fr: 'Une commande peut en contenir de {minPerOrder} à {maxPerOrder} ; vous en demandez {quantity}.',
    },
  },
  'event-cancelled': {
    status: 409,
    title: { en: 'The event is cancelled.', fr: 'L’événement est annulé.' },
  },
  'event-has-orders': {
    status: 409,
    title: { en: 'The event has orders.', fr: 'L’événement a des commandes.' },
    detail: {
      en: 'Cancel it instead: its buyers are told and refunded.',
      fr: 'Annulez-le plutôt : les acheteurs seront prévenus et remboursés.',
    },
  },
  'ticket-type-has-orders': {
    status: 409,
    title: { en: 'This ticket type has orders.', fr: 'Ce type de billet a des commandes.' },
    detail: { en: 'End its sale instead of deleting it.', fr: 'Terminez sa vente au lieu de le supprimer.' },
  },
  'ticket-type-has-add-ons': {
    status: 409,
    title: { en: 'Other tickets are add-ons to this one.', fr: 'D’autres billets sont des options de celui-ci.' },
    detail: { en: 'Change or delete these first.', fr: 'Modifiez ou supprimez d’abord ceux-là.' },
  },
  'capacity-below-sold': {
    status: 409,
    title: { en: 'More places than that are already taken.', fr: 'Plus de places que cela sont déjà prises.' },
    detail: {
      en: '{sold} are sold and {held} are held for buyers, so the capacity cannot be {capacity}.',
      fr: '{sold} sont vendues et {held} retenues pour des acheteurs : la capacité ne peut pas être {capacity}.',
    },
  },
  'currency-differs': {
    status: 409,
    title: { en: 'An event is sold in one currency.', fr: 'Un événement se vend dans une seule monnaie.' },
    detail: { en: 'Its other tickets are in {currency}.', fr: 'Ses autres billets sont en {currency}.' },
  },
  'hold-expired': {
    status: 409,
    title: { en: 'The time to buy these places is over.', fr: 'Le délai pour acheter ces places est écoulé.' },
    detail: { en: 'Choose your tickets again.', fr: 'Choisissez à nouveau vos billets.' },
  },
  'order-not-held': {
    status: 409,
    title: { en: 'This order can no longer be changed.', fr: 'Cette commande ne peut plus être modifiée.' },
    detail: { en: 'Its state is "{state}".', fr: 'Son état est « {state} ».' },
  },
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
  'ticket-unknown': {
    status: 404,
    title: { en: 'This is no ticket of this event.', fr: 'Ce n’est pas un billet de cet événement.' },
  },
  'ticket-void': {
    status: 409,
    title: { en: 'This ticket is void.', fr: 'Ce billet n’est plus valable.' },
    detail: { en: 'It was refunded or issued anew.', fr: 'Il a été remboursé ou émis à nouveau.' },
  },
  'already-checked-in': {
    status: 409,
    title: { en: 'Somebody has come in with this ticket already.', fr: 'Quelqu’un est déjà entré avec ce billet.' },
    detail: { en: 'At {checkedInAt}.', fr: 'À {checkedInAt}.' },
  },
  'no-extension-left': {
    status: 409,
    title: { en: 'The time cannot be extended again.', fr: 'Le délai ne peut plus être prolongé.' },
    detail: { en: 'It was extended {extensions} times.', fr: 'Il a été prolongé {extensions} fois.' },
  },
  'buyer-missing': {
    status: 409,
    title: { en: 'Who is buying?', fr: 'Qui achète ?' },
    detail: { en: 'Give a name and an e-mail address first.', fr: 'Indiquez d’abord un nom et une adresse e-mail.' },
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
})
