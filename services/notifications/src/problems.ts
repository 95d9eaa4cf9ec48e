import { defineProblems } from '@guichet/problem'

/** What notifications can refuse, beside what every service can. */
export const PROBLEMS = defineProblems({
  'webhook-url-refused': {
    status: 422,
    title: { en: 'Webhooks cannot go to this address.', fr: 'Les webhooks ne peuvent aller à cette adresse.' },
    detail: {
      en: 'Give an https address that everybody on the internet can reach, on port 443 or 8443.',
      fr: 'Donnez une adresse https que tout internet peut atteindre, sur le port 443 ou 8443.',
    },
  },
  'webhook-endpoint-off': {
    status: 409,
    title: { en: 'This endpoint is turned off.', fr: 'Ce point de réception est désactivé.' },
    detail: { en: 'Turn it on first.', fr: 'Activez-le d’abord.' },
  },
  'too-many-webhook-endpoints': {
    status: 409,
    title: { en: 'There are too many endpoints.', fr: 'Il y a trop de points de réception.' },
    detail: { en: 'An organizer may have {max}.', fr: 'Un organisateur peut en avoir {max}.' },
  },
  'reminder-event-cancelled': {
    status: 409,
    title: { en: 'This event is cancelled.', fr: 'Cet événement est annulé.' },
    detail: { en: 'Nobody is reminded of it any more.', fr: 'Plus aucun rappel ne part pour lui.' },
  },
  'reminder-exists': {
    status: 409,
    title: { en: 'There is a reminder for this time.', fr: 'Il existe déjà un rappel à ce moment.' },
    detail: { en: 'Change that one, or choose another time.', fr: 'Modifiez-le, ou choisissez un autre moment.' },
  },
  'reminder-too-late': {
    status: 409,
    title: { en: 'It is too late for this reminder.', fr: 'Il est trop tard pour ce rappel.' },
    detail: {
      en: 'It would have to go at {dueAt}: in the past, or after the event has begun.',
      fr: 'Il devrait partir le {dueAt} : dans le passé, ou après le début de l’événement.',
    },
  },
  'reminder-begun': {
    status: 409,
    title: { en: 'This reminder has begun to be sent.', fr: 'L’envoi de ce rappel a commencé.' },
    detail: { en: 'It can be removed, and a new one made.', fr: 'Vous pouvez le supprimer et en créer un autre.' },
  },
  'reminders-full': {
    status: 409,
    title: {
      en: 'This event has all the reminders that it can have.',
      fr: 'Cet événement a déjà tous les rappels possibles.',
    },
    detail: { en: 'There are {max} at most.', fr: 'Il y en a {max} au plus.' },
  },
  'bulk-message-not-draft': {
    status: 409,
    title: { en: 'This message is no draft any more.', fr: 'Ce message n’est plus un brouillon.' },
    detail: {
      en: 'It is {state}. As long as it has not begun, take it off the schedule to change it.',
      fr: 'Son état : {state}. Tant que l’envoi n’a pas commencé, annulez la programmation pour le modifier.',
    },
  },
  'bulk-message-begun': {
    status: 409,
    title: { en: 'This message has begun to be sent.', fr: 'L’envoi de ce message a commencé.' },
    detail: { en: 'Cancel it to stop the rest.', fr: 'Annulez-le pour arrêter le reste.' },
  },
  'bulk-message-over': {
    status: 409,
    title: { en: 'This message is through.', fr: 'Ce message est terminé.' },
    detail: { en: 'There is nothing left to cancel.', fr: 'Il n’y a plus rien à annuler.' },
  },
  'mail-refused': {
    status: 502,
    title: { en: 'The mail server did not take the mail.', fr: 'Le serveur de messagerie a refusé l’e-mail.' },
    detail: { en: 'It said: {words}', fr: 'Sa réponse : {words}' },
  },
  'resent-too-often': {
    status: 429,
    title: { en: 'This message was sent again often enough.', fr: 'Ce message a été renvoyé assez souvent.' },
    detail: { en: '{max} times an hour at most.', fr: '{max} fois par heure au plus.' },
  },
  'already-sent': {
    status: 409,
    title: { en: 'This message has been sent.', fr: 'Ce message a été envoyé.' },
    detail: { en: 'It was accepted at {sentAt}.', fr: 'Il a été accepté le {sentAt}.' },
  },
  'being-sent': {
    status: 409,
    title: { en: 'This message is being sent.', fr: 'Ce message est en cours d’envoi.' },
    detail: { en: 'Look again in a minute.', fr: 'Regardez à nouveau dans une minute.' },
  },
})
