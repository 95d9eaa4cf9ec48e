import type { FastifyBaseLogger } from 'fastify'
import { createFileSms } from './file.ts'
import { createHttpSms } from './http.ts'
import type { Encoded } from './segments.ts'
import { createSmppSms } from './smpp.ts'
import { createTwilioSms } from './twilio.ts'

export interface Sms {
  /** E.164: `+33612345678`. */
  to: string
  content: Encoded
  /** The delivery, as a TypeID: whatever happens, its reader gets one SMS at most. */
  key: string
  /** When an earlier try began of which nobody knows the end: it may have been taken. */
  unsureSince: Date | undefined
}

export interface SmsAccepted {
  /** What the provider calls it in its reports. */
  messageId?: string
  reply?: string
}

/** What a provider says later of a message that it took. */
export interface SmsReport {
  /** The delivery, when the provider repeats our key; else `messageId` finds it. */
  key?: string | undefined
  messageId: string
  what: 'delivered' | 'failed'
  /** In the provider's words. */
  reply: string
}

/** An SMS that somebody wrote back. */
export interface SmsReply {
  from: string
  text: string
  /** The same for each time that the provider tells it. */
  id: string
}

/** What a provider with a connection of its own tells us. A promise that rejects makes it tell again, if it can. */
export interface SmsListener {
  onReport(report: SmsReport): Promise<void>
  onReply(reply: SmsReply): Promise<void>
}

/**
 * Hands one SMS to a provider; returns once it is accepted, else throws a `NotSent`: `unknown` when it may have been taken.
 * A provider that cannot tell whether it took one refuses to be asked again: better none than two.
 */
export interface SmsProvider {
  /** As it is written beside each delivery. */
  name: 'sink' | 'file' | 'twilio' | 'smpp'
  send(sms: Sms, signal: AbortSignal): Promise<SmsAccepted>
  /** Begins to listen, where reports come by the same connection. */
  listen?(listener: SmsListener): void
  close?(): Promise<void>
}

export interface SmsSettings {
  /** The shop's name, as the sender where a provider takes names. */
  sender: string
  /** Where reports can be sent to us: the public origin. */
  publicUrl: string
  log: Pick<FastifyBaseLogger, 'info' | 'warn'>
  now: () => Date
}

/**
 * The provider that a URL names. `http(s)://` an HTTP sink, `file://` a file of JSON lines, `twilio://`, `smpp(s)://`;
 * nothing: no SMS at all.
 */
export function createSms(url: string | undefined, settings: SmsSettings): SmsProvider | undefined {
  if (url === undefined) return undefined
  const { protocol } = new URL(url)
  if (protocol === 'file:') return createFileSms(new URL(url))
  if (protocol === 'twilio:') return createTwilioSms(url, settings)
  if (protocol === 'smpp:' || protocol === 'smpps:') return createSmppSms(url, settings)
  return createHttpSms(url, settings.sender)
}

/** GSM 03.40: a name as sender has 11 characters at most, of a small alphabet. */
export function senderName(name: string): string {
  return name.replace(/[^A-Za-z0-9 ]/g, '').slice(0, 11) || 'Guichet'
}
