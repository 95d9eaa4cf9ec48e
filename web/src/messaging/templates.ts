/** What `notifications` answers about the words of mails (contracts/http/notifications.yaml). */
export interface TemplateState {
  own: boolean
  updatedAt: string | null
}

export interface TemplateSummary {
  kind: string
  languages: { en: TemplateState; fr: TemplateState }
}

export interface Finding {
  field: 'subject' | 'preheader' | 'title' | 'body'
  line: number
  code: 'syntax' | 'too-costly' | 'too-large' | 'unknown-variable' | 'unknown-block' | 'missing-block'
  detail: string
}

export interface TemplateWords {
  subject: string
  preheader: string
  title: string
  body: string
}

export interface MailTemplate extends TemplateWords {
  kind: string
  language: 'en' | 'fr'
  own: boolean
  version: number
  variables: { name: string; meaning: { en: string; fr: string } }[]
  blocks: { name: string; meaning: { en: string; fr: string }; essential: boolean }[]
  warnings: Finding[]
}

export interface TemplatePreview {
  faults: Finding[]
  warnings: Finding[]
  mail: { subject: string; html: string; text: string; attachments?: string[] } | null
  real: boolean
}

export interface MailSettings {
  senderName: string | null
  replyTo: string | null
  accent: string | null
  footer: { en?: string; fr?: string }
  postalAddress: string | null
  senderAddress: string
  version: number
}
