import type { PDU } from 'smpp'
import { NotSent } from '../deliveries/not-sent.ts'
import { type Sms, type SmsListener, type SmsProvider, type SmsSettings, senderName } from './provider.ts'
import { readReceipt, receivedText } from './smpp-receipt.ts'
import { ESME, hex, openSmppSession, type SmppAddress, type SmppSession } from './smpp-session.ts'

/** Asked for receipts while nothing is sent, so that reports and replies are not late by the next message. */
const RECONNECT_MS = 5_000
const DATA_CODING = { 'GSM-7': 0x00, 'UCS-2': 0x08 } as const
const INTERNATIONAL = { ton: 1, npi: 1 }
const ALPHANUMERIC = { ton: 5, npi: 0 }

interface SmppOptions extends SmppAddress {
  from: string
  /** One PDU with all of a long text, instead of one for each part. */
  payload: boolean
}

/** `smpp(s)://system-id:password@host:2775?from=Guichet&long=payload`. */
export function readSmppUrl(url: string, sender: string): SmppOptions {
  const { protocol, username, password, hostname, port, searchParams } = new URL(url)
  const tls = protocol === 'smpps:'
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || (tls ? 3550 : 2775)),
    tls,
    systemId: decodeURIComponent(username),
    password: decodeURIComponent(password),
    from: searchParams.get('from')?.trim() || senderName(sender),
    payload: searchParams.get('long') === 'payload',
  }
}

/**
 * SMPP 3.4 over one kept connection. The protocol knows no idempotency and cannot be asked what it has taken, so a message
 * whose answer was lost is not sent again; its receipt, if there comes one, still says that it arrived.
 */
export function createSmppSms(url: string, { sender, log, now }: SmsSettings): SmsProvider {
  const options = readSmppUrl(url, sender)
  let session: Promise<SmppSession> | undefined
  let listener: SmsListener | undefined
  let reconnecting: NodeJS.Timeout | undefined
  let reference = now().getTime() & 0xff

  async function current(): Promise<SmppSession> {
    const known = await session?.catch(() => undefined)
    if (known?.isOpen()) return known
    session = openSmppSession(options, (pdu) => take(pdu))
    return session
  }

  async function take(pdu: PDU): Promise<void> {
    if (!listener) throw new Error('Nobody listens yet')
    const receipt = readReceipt(pdu)
    if (receipt === 'underway') return
    if (receipt) return listener.onReport(receipt)
    const from = (pdu.source_addr ?? '').replace(/^(?=\d)/, '+')
    await listener.onReply({ from, text: receivedText(pdu), id: `smpp ${from} ${now().toISOString()}` })
  }

  return {
    name: 'smpp',
    async send(sms, signal) {
      if (sms.unsureSince) throw new NotSent('refused', 'sms', UNSURE)
      const bound = await current()
      reference = (reference + 1) & 0xff
      let messageId = ''
      const pdus = pdusOf(sms, options, reference)
      for (const [index, fields] of pdus.entries()) {
        const answer = await bound.ask('submit_sm', fields, signal).catch((error: unknown) => {
          // The telephone has the beginning of it, and would get it twice.
          throw index > 0 ? new NotSent('refused', 'sms', 'The SMSC took only a part of the message.', error) : error
        })
        if (answer.command_status !== 0) throw refusalOf(answer.command_status, index)
        messageId = String(answer.message_id ?? '')
      }
      return { messageId, reply: `accepted as ${messageId}` }
    },
    listen(on) {
      listener = on
      const stay = () => current().catch((error: Error) => log.info({ reason: error.message }, 'no SMSC yet'))
      reconnecting = setInterval(() => void stay(), RECONNECT_MS)
      reconnecting.unref()
      void stay()
    },
    async close() {
      clearInterval(reconnecting)
      await (await session?.catch(() => undefined))?.close()
    },
  }
}

const UNSURE =
  'The connection to the SMSC was lost before it answered. It is not sent again, because it may have arrived.'

/** The parts, each with the header that joins them; a receipt is asked for the last. */
function pdusOf({ to, content, key }: Sms, { from, payload }: SmppOptions, reference: number) {
  const { parts, encoding, text } = content
  const source = /^\+?\d+$/.test(from) ? INTERNATIONAL : ALPHANUMERIC
  const common = {
    source_addr_ton: source.ton,
    source_addr_npi: source.npi,
    source_addr: from.replace('+', ''),
    dest_addr_ton: INTERNATIONAL.ton,
    dest_addr_npi: INTERNATIONAL.npi,
    destination_addr: to.slice(1),
    data_coding: DATA_CODING[encoding],
  }
  const whole = { ...common, registered_delivery: 1, user_message_reference: userReference(key) }
  if (parts.length === 1) return [{ ...whole, short_message: text }]
  if (payload) return [{ ...whole, message_payload: { message: text } }]
  return parts.map((part, index) => ({
    ...whole,
    registered_delivery: index === parts.length - 1 ? 1 : 0,
    esm_class: 0x40,
    short_message: { udh: Buffer.from([0x05, 0x00, 0x03, reference, parts.length, index + 1]), message: part },
  }))
}

/** 16 bits of the delivery's id: not unique, but enough for people to find it in two logs. */
function userReference(key: string): number {
  let sum = 0
  for (const character of key) sum = (sum * 31 + character.charCodeAt(0)) & 0xffff
  return sum
}

function refusalOf(status: number, index: number): NotSent {
  const said = `The SMSC refused it (status ${hex(status)}).`
  const later: readonly number[] = [ESME.THROTTLED, ESME.MSG_Q_FUL, ESME.SYS_ERR]
  return new NotSent(index === 0 && later.includes(status) ? 'put-off' : 'refused', 'sms', said)
}
