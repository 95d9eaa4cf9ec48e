import { defineProblems } from '@guichet/problem'
import { paymentProblems } from './payments/payment-problems.ts'

export const problems = defineProblems({
  ...paymentProblems,
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
  'order-not-confirmed': {
    status: 409,
    title: { en: 'This order is not confirmed.', fr: 'Cette commande n’est pas confirmée.' },
    detail: {
      en: 'Its address can be corrected once it is, and until it is refunded.',
      fr: 'Son adresse peut être corrigée après la confirmation, et avant un remboursement.',
    },
  },
  'email-corrected-often': {
    status: 409,
    title: { en: 'This address was corrected often enough.', fr: 'Cette adresse a été corrigée assez souvent.' },
    detail: {
      en: 'You can do it {max} times. Ask the organizer to correct it.',
      fr: 'Vous pouvez le faire {max} fois. Demandez à l’organisateur de la corriger.',
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
  'ticket-unknown': {
    status: 404,
    title: { en: 'This is no ticket of this event.', fr: 'Ce n’est pas un billet de cet événement.' },
  },
  'ticket-void': {
    status: 409,
    title: { en: 'This ticket is void.', fr: 'Ce billet n’est plus valable.' },
    detail: { en: 'It was refunded.', fr: 'Il a été remboursé.' },
  },
  'ticket-replaced': {
    status: 409,
    title: { en: 'This code was replaced.', fr: 'Ce code a été remplacé.' },
    detail: {
      en: 'The ticket was passed on, taken back, or sent to another address: only its latest code counts.',
      fr: 'Le billet a été transmis, repris ou envoyé à une autre adresse : seul son dernier code compte.',
    },
  },
  'ticket-passed-on': {
    status: 409,
    title: { en: 'Somebody else holds this ticket.', fr: 'Ce billet est à quelqu’un d’autre.' },
    detail: { en: 'Take it back first.', fr: 'Reprenez-le d’abord.' },
  },
  'ticket-passed-on-often': {
    status: 409,
    title: { en: 'This ticket was passed on often enough.', fr: 'Ce billet a été transmis assez souvent.' },
    detail: { en: 'That can be done {max} times.', fr: 'C’est possible {max} fois.' },
  },
  'event-begun': {
    status: 409,
    title: { en: 'The event has begun.', fr: 'L’événement a commencé.' },
    detail: { en: 'The ticket stays with its holder.', fr: 'Le billet reste à la personne qui l’a.' },
  },
  'event-over': {
    status: 409,
    title: { en: 'The event is over.', fr: 'L’événement est terminé.' },
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
})
