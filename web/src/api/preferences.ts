/** One thing that the reader of a message may allow or forbid. */
export interface Choice {
  sender: 'organizer' | 'platform'
  purpose: 'reminder' | 'information' | 'marketing'
  granted: boolean
}

/** What the link in a message opens. */
export interface Preferences {
  /** Masked. */
  recipient: string
  channel: 'email' | 'sms'
  organizerId: string | null
  kind: string
  choices: Choice[]
}

/** One time that somebody allowed messages or forbade them: the proof. */
export interface Consent {
  id: string
  /** Masked for who does not answer buyers; null once it was erased. */
  recipient: string | null
  channel: 'email' | 'sms'
  purpose: 'transactional' | 'reminder' | 'information' | 'marketing'
  granted: boolean
  source: 'checkout' | 'preferences' | 'one-click' | 'reply' | 'complaint'
  /** The sentence that was read. */
  wording: string | null
  language: 'en' | 'fr' | null
  givenAt: string
}
