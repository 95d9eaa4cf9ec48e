import { defineProblems } from '@guichet/problem'

/** What notifications can refuse, beside what every service can. */
export const PROBLEMS = defineProblems({
  'mail-refused': {
    status: 502,
    title: { en: 'The mail server did not take the mail.', fr: 'Le serveur de messagerie a refusé l’e-mail.' },
    detail: { en: 'It said: {words}', fr: 'Sa réponse : {words}' },
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
