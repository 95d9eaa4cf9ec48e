import { defineProblems } from '@guichet/problem'

export const problems = defineProblems({
  'event-incomplete': {
    status: 422,
    title: { en: 'The event is not ready to be published.', fr: 'L’événement n’est pas prêt à être publié.' },
    detail: { en: 'Complete what is listed under "errors".', fr: 'Complétez ce qui est listé sous « errors ».' },
  },
  'event-cancelled': {
    status: 409,
    title: { en: 'The event is cancelled.', fr: 'L’événement est annulé.' },
    detail: {
      en: 'A cancelled event can no longer be changed.',
      fr: 'Un événement annulé ne peut plus être modifié.',
    },
  },
  'event-not-published': {
    status: 409,
    title: { en: 'The event is not published.', fr: 'L’événement n’est pas publié.' },
    detail: {
      en: 'Nobody knows of a draft: delete it instead.',
      fr: 'Personne ne connaît un brouillon : supprimez-le plutôt.',
    },
  },
  'event-has-orders': {
    status: 409,
    title: { en: 'The event has orders.', fr: 'L’événement a des commandes.' },
    detail: {
      en: 'Cancel it instead: its buyers are told and refunded.',
      fr: 'Annulez-le plutôt : les acheteurs seront prévenus et remboursés.',
    },
  },
  'image-not-accepted': {
    status: 415,
    title: { en: 'This is not a picture that we accept.', fr: 'Cette image n’est pas acceptée.' },
    detail: { en: 'Send a JPEG, PNG, WebP, GIF or AVIF.', fr: 'Envoyez un JPEG, PNG, WebP, GIF ou AVIF.' },
  },
  'image-url-refused': {
    status: 422,
    title: {
      en: 'No picture could be fetched from this address.',
      fr: 'Aucune image n’a pu être lue à cette adresse.',
    },
    detail: {
      en: 'It must be a public http or https address of a picture of at most 8 MB that answers within 5 s.',
      fr: 'Il faut une adresse http ou https publique d’une image d’au plus 8 Mo qui répond en moins de 5 s.',
    },
  },
})
