import { createFileSms } from './file.ts'
import { createHttpSms } from './http.ts'

export interface Sms {
  /** E.164: `+33612345678`. */
  to: string
  /** GSM-7 characters only, or one character makes each part of it half as long. */
  text: string
  /** The provider sends once per key, however often it is asked. */
  key: string
}

/** Hands one SMS to a provider; returns once it is accepted, else throws a `NotSent`. */
export interface SmsProvider {
  send(sms: Sms, signal: AbortSignal): Promise<void>
}

/** The provider that a URL names: `http(s)://` an HTTP sink, `file://` a file of JSON lines, nothing: no SMS at all. */
export function createSms(url: string | undefined, sender: string): SmsProvider | undefined {
  if (url === undefined) return undefined
  return url.startsWith('file:') ? createFileSms(new URL(url)) : createHttpSms(url, sender)
}
