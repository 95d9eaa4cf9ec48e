import { domainToASCII } from 'node:url'
import { DomainError } from '@guichet/problem'

export interface Email {
  /** As written, trimmed, the domain in lower case. */
  email: string
  /** Two addresses with the same key are one. */
  key: string
}

const LOCAL_BYTES_MAX = 64
const ADDRESS_BYTES_MAX = 254

/** An address that mail can be sent to (RFC 5321 §4.1.2 without quoting, RFC 6531), or `email-invalid`. */
export function parseEmail(text: string): Email {
  const trimmed = text.trim().normalize('NFC')
  const at = trimmed.lastIndexOf('@')
  const local = trimmed.slice(0, Math.max(at, 0))
  const domain = trimmed.slice(at + 1).toLowerCase()
  if (!isLocal(local) || !isDomain(domain) || Buffer.byteLength(trimmed) > ADDRESS_BYTES_MAX) {
    throw new DomainError('email-invalid', {}, { errors: [{ pointer: '/email', detail: 'is not an e-mail address' }] })
  }
  return { email: `${local}@${domain}`, key: emailKey(trimmed) }
}

/** For looking up an address that may be none. A domain has several spellings (UTS 46); one mailbox is one account. */
export function emailKey(text: string): string {
  const address = text.trim().normalize('NFC').toLowerCase()
  const domain = address.slice(address.lastIndexOf('@') + 1)
  return `${address.slice(0, address.length - domain.length)}${domainToASCII(domain) || domain}`
}

function isLocal(local: string): boolean {
  if (local === '' || Buffer.byteLength(local) > LOCAL_BYTES_MAX) return false
  return /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~.-]+$/u.test(local) && !/^\.|\.$|\.\./.test(local)
}

function isDomain(domain: string): boolean {
  const ascii = domainToASCII(domain)
  if (!/^[\p{L}\p{N}\p{M}.-]+$/u.test(domain) || ascii.length > 253) return false
  const labels = ascii.split('.')
  return (
    labels.length >= 2 &&
    labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '')
  )
}
