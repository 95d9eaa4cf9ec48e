import { Type } from 'typebox'
import type { Db, Tx } from '../db.ts'

const nullable = <T extends ReturnType<typeof Type.String>>(schema: T) => Type.Union([schema, Type.Null()])

/**
 * Shown beside the platform's address: no address, no link, nothing that mail programs read as syntax, so that it can
 * claim to be no other sender.
 */
export const SENDER_NAME = '^[^@<>"\\\\,;:/\\p{C}]{1,60}$'
const LOOKS_LIKE_LINK = /www\.|\p{L}\.\p{L}{2,}$/iu

export const MailSettingsBody = Type.Object({
  senderName: nullable(Type.String({ maxLength: 60, pattern: SENDER_NAME })),
  replyTo: nullable(Type.String({ maxLength: 254 })),
  accent: nullable(Type.String({ pattern: '^#[0-9a-fA-F]{6}$' })),
  footer: Type.Object({
    en: Type.Optional(Type.String({ maxLength: 500 })),
    fr: Type.Optional(Type.String({ maxLength: 500 })),
  }),
  postalAddress: nullable(Type.String({ maxLength: 300 })),
})

export const MailSettingsAnswer = Type.Object({
  ...MailSettingsBody.properties,
  /** What mails come from, whoever the organizer is. */
  senderAddress: Type.String(),
  version: Type.Integer(),
})

export const MailSettingsParams = Type.Object({ organizerId: Type.String() })

/** A name that is a host's would be shown as a link. */
export function isSenderName(name: string): boolean {
  return name.trim() !== '' && !LOOKS_LIKE_LINK.test(name)
}

const COLUMNS = ['sender_name', 'reply_to', 'accent', 'footer', 'postal_address', 'version'] as const

export function findMailSettings(db: Db | Tx, organizerUuid: string) {
  return db.selectFrom('mail_settings').select(COLUMNS).where('organizer_id', '=', organizerUuid).executeTakeFirst()
}

/** Nothing is set, version 0, until somebody sets it. */
export function presentMailSettings(row: Awaited<ReturnType<typeof findMailSettings>>, senderAddress: string) {
  return {
    senderName: row?.sender_name ?? null,
    replyTo: row?.reply_to ?? null,
    accent: row?.accent ?? null,
    footer: row?.footer ?? {},
    postalAddress: row?.postal_address ?? null,
    senderAddress,
    version: row?.version ?? 0,
  }
}
