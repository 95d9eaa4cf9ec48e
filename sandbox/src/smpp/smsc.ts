import { randomBytes } from 'node:crypto'
import smpp, { type PDU, type Server, type Session } from 'smpp'
import type { Config } from './config.ts'
import { type Faults, takeFault } from './faults.ts'
import type { Messages } from './kept-messages.ts'

/** SMPP 3.4 §5.1.3. */
const STATUS = { RINVBNDSTS: 0x04, RINVDSTADR: 0x0b, RBINDFAIL: 0x0d, RTHROTTLED: 0x58 }
const RECEIPT = 0x04
const NUMBER = /^[1-9]\d{6,14}$/

export type Smsc = {
  server: Server
  /** Hands an SMS from a telephone to whoever is bound. False when nobody is. */
  reply(from: string, text: string): boolean
  /** Cuts all connections, without a word. */
  cut(): void
}

/** An SMSC that delivers nothing: it binds, accepts, keeps, and sends receipts, with the faults that were ordered. */
export function createSmscServer(
  { config, messages, faults }: { config: Config; messages: Messages; faults: Faults },
  now: () => number,
): Smsc {
  const sessions = new Set<Session>()
  const bound = new Set<Session>()

  const server = smpp.createServer(config.tls ?? {}, (session) => {
    sessions.add(session)
    const forget = () => {
      sessions.delete(session)
      bound.delete(session)
    }
    session.on('close', forget)
    session.on('error', () => session.destroy())
    for (const command of ['bind_transceiver', 'bind_transmitter', 'bind_receiver']) {
      session.on(command, (pdu: PDU) => {
        const known = pdu.system_id === config.systemId && pdu.password === config.password
        session.send(pdu.response({ command_status: known ? 0 : STATUS.RBINDFAIL, system_id: 'sandbox' }))
        if (known) bound.add(session)
      })
    }
    session.on('enquire_link', (pdu: PDU) => session.send(pdu.response()))
    session.on('unbind', (pdu: PDU) => {
      session.send(pdu.response())
      session.close()
    })
    session.on('submit_sm', (pdu: PDU) => void submit(session, pdu))
  })

  async function submit(session: Session, pdu: PDU): Promise<void> {
    const refuse = (command_status: number) => session.send(pdu.response({ command_status }))
    if (!bound.has(session)) return void refuse(STATUS.RINVBNDSTS)
    const fault = takeFault(faults)
    if (fault === 'drop-before') return session.destroy()
    if (fault === 'throttle') return void refuse(STATUS.RTHROTTLED)
    const destination = pdu.destination_addr ?? ''
    if (fault === 'refuse' || !NUMBER.test(destination)) return void refuse(STATUS.RINVDSTADR)
    const id = randomBytes(8).toString('hex')
    const receipt = pdu.registered_delivery === 1
    messages.accept({
      id,
      to: `+${destination}`,
      from: pdu.source_addr ?? '',
      text: textOf(pdu),
      dataCoding: Number(pdu.data_coding ?? 0),
      joined: joinedBy(pdu),
      receipt,
      receivedAt: new Date(now()).toISOString(),
    })
    await messages.flushed()
    if (fault === 'drop-after') return session.destroy()
    if (fault === 'stall-after') return
    session.send(pdu.response({ message_id: id }))
    if (receipt) sendReceipt(session, pdu, id, fault === 'undeliverable')
  }

  return {
    server,
    reply(from, text) {
      const [session] = bound
      if (!session) return false
      const fields = { source_addr: from.replace('+', ''), destination_addr: 'guichet', short_message: text }
      return session.send(new smpp.PDU('deliver_sm', fields))
    },
    cut() {
      for (const session of sessions) session.destroy()
    },
  }
}

/** SMPP 3.4, Appendix B and §5.3.2.12: once in words, once in parameters. */
function sendReceipt(session: Session, pdu: PDU, id: string, undelivered: boolean): void {
  const [stat, err, message_state] = undelivered ? ['UNDELIV', '011', 5] : ['DELIVRD', '000', 2]
  session.send(
    new smpp.PDU('deliver_sm', {
      esm_class: RECEIPT,
      source_addr: pdu.destination_addr,
      destination_addr: pdu.source_addr,
      short_message: `id:${id} sub:001 dlvrd:001 submit date:2611230000 done date:2611230000 stat:${stat} err:${err} text:`,
      receipted_message_id: id,
      message_state,
    }),
  )
}

function textOf(pdu: PDU): string {
  const value = pdu.short_message?.message || pdu.message_payload?.message || ''
  return Buffer.isBuffer(value) ? value.toString('hex') : value
}

/** 3GPP TS 23.040 §9.2.3.24.1: the header that joins parts. */
function joinedBy(pdu: PDU): { reference: number; of: number; number: number } | null {
  const headers = [pdu.short_message?.udh ?? []].flat()
  const header = headers.find((one) => one[0] === 0x00 && one[1] === 0x03)
  return header ? { reference: header[2] ?? 0, of: header[3] ?? 0, number: header[4] ?? 0 } : null
}
