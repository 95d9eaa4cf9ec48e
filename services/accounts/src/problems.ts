import { defineProblems } from '@guichet/problem'

/** What accounts can refuse, beside what every service can. */
export const PROBLEMS = defineProblems({
  'credentials-invalid': {
    status: 401,
    title: { en: 'The e-mail address or the password is wrong.', fr: 'L’adresse e-mail ou le mot de passe est faux.' },
  },
  'password-wrong': {
    status: 403,
    title: { en: 'The password is wrong.', fr: 'Le mot de passe est faux.' },
  },
  'email-unconfirmed': {
    status: 403,
    title: { en: 'Confirm your e-mail address first.', fr: 'Confirmez d’abord votre adresse e-mail.' },
    detail: {
      en: 'Open the link in the message that we sent you, or ask for a new one.',
      fr: 'Ouvrez le lien du message que nous vous avons envoyé, ou demandez-en un nouveau.',
    },
  },
  'email-already-confirmed': {
    status: 409,
    title: { en: 'This address is already confirmed.', fr: 'Cette adresse est déjà confirmée.' },
  },
  'link-invalid': {
    status: 400,
    title: { en: 'This link no longer works.', fr: 'Ce lien ne fonctionne plus.' },
    detail: {
      en: 'It was used, replaced by a newer one, or is too old. Ask for a new one.',
      fr: 'Il a déjà servi, a été remplacé par un plus récent, ou est trop ancien. Demandez-en un nouveau.',
    },
  },
  'refresh-token-invalid': {
    status: 401,
    title: { en: 'This session is over.', fr: 'Cette session est terminée.' },
    detail: { en: 'Sign in again.', fr: 'Reconnectez-vous.' },
  },
  'password-too-short': {
    status: 422,
    title: { en: 'This password is too short.', fr: 'Ce mot de passe est trop court.' },
    detail: {
      en: 'Use at least {minCharacters} characters: a few words are easy to remember.',
      fr: 'Utilisez au moins {minCharacters} caractères : quelques mots se retiennent facilement.',
    },
  },
  'password-too-long': {
    status: 422,
    title: { en: 'This password is too long.', fr: 'Ce mot de passe est trop long.' },
    detail: { en: 'Use at most {maxCharacters} characters.', fr: 'Utilisez au plus {maxCharacters} caractères.' },
  },
  'password-too-common': {
    status: 422,
    title: { en: 'This password is too easy to guess.', fr: 'Ce mot de passe est trop facile à deviner.' },
    detail: {
      en: 'Avoid well-known passwords, repetitions, and your own name or address.',
      fr: 'Évitez les mots de passe connus, les répétitions, votre nom et votre adresse.',
    },
  },
  'email-invalid': {
    status: 422,
    title: { en: 'This is not an e-mail address.', fr: 'Ceci n’est pas une adresse e-mail.' },
  },
  'email-unchanged': {
    status: 422,
    title: { en: 'This is the address of the account already.', fr: 'C’est déjà l’adresse du compte.' },
  },
  'email-taken': {
    status: 409,
    title: { en: 'This address has an account of its own.', fr: 'Cette adresse a déjà un compte.' },
    detail: {
      en: 'Sign in with it, or delete that account first.',
      fr: 'Connectez-vous avec elle, ou supprimez d’abord ce compte.',
    },
  },
  'email-fixed': {
    status: 409,
    title: {
      en: 'The administrator’s account has no address that can be changed.',
      fr: 'Le compte de l’administrateur n’a pas d’adresse à changer.',
    },
  },
  'member-unknown': {
    status: 422,
    title: {
      en: 'Nobody can be added by this address yet.',
      fr: 'Personne ne peut encore être ajouté par cette adresse.',
    },
    detail: {
      en: 'Ask the person to sign up and to confirm the address, then add them again.',
      fr: 'Demandez à la personne de s’inscrire et de confirmer son adresse, puis ajoutez-la à nouveau.',
    },
  },
  'member-exists': {
    status: 409,
    title: { en: 'This person is already a member.', fr: 'Cette personne est déjà membre.' },
  },
  'memberships-full': {
    status: 409,
    title: {
      en: 'This person belongs to too many organizers.',
      fr: 'Cette personne appartient à trop d’organisateurs.',
    },
    detail: { en: 'At most {max}: one must be left first.', fr: '{max} au plus : il faut d’abord en quitter un.' },
  },
  'last-owner': {
    status: 409,
    title: { en: '{organizerName} would have no owner left.', fr: '{organizerName} n’aurait plus de propriétaire.' },
    detail: {
      en: 'Make another member an owner first.',
      fr: 'Nommez d’abord un autre membre propriétaire.',
    },
  },
})
