import { isIP } from 'node:net'
import smpp, { type PDU, type Session } from 'smpp'
import { NotSent } from '../deliveries/not-sent.ts'

const CONNECT_MS_MAX = 10_000
const ANSWER_MS_MAX = 10_000
const QUIET_MS = 30_000

export interface SmppAddress {
  host: string
  port: number
  tls: boolean
  systemId: string
  password: string
}

/** One bound connection to an SMSC (SMPP 3.4, transceiver). */
export interface SmppSession {
  isOpen(): boolean
  /** Asks and waits for the answer. `unknown` when the connection ends, or nothing comes, after it was written. */
  ask(command: string, fields: Record<string, unknown>, signal?: AbortSignal): Promise<PDU>
  close(): Promise<void>
}

/** Connects and binds. Keeps the line alive with enquire_link, and gives up a peer that leaves one unanswered. */
export async function openSmppSession(
  address: SmppAddress,
  onDeliver: (pdu: PDU) => Promise<void>,
): Promise<SmppSession> {
  const { host, port, tls } = address
  // RFC 6066 §3: an address is no name; the certificate is held against it all the same.
  const session: Session = smpp.connect({ host, port, tls, ...(tls && !isIP(host) ? { servername: host } : {}) })
  const waiting = new Set<(error: NotSent) => void>()
  let open = true
  let reason = 'The SMSC closed the connection.'
  const lose = () => {
    open = false
    clearInterval(keepAlive)
    for (const fail of waiting) fail(new NotSent('unknown', 'sms', reason))
    waiting.clear()
  }
  session.on('error', (error: Error) => {
    reason = `The connection to the SMSC broke: ${error.message}`
    session.destroy()
    lose()
  })
  session.on('close', lose)
  session.on('enquire_link', (pdu: PDU) => session.send(pdu.response()))
  session.on('unbind', (pdu: PDU) => {
    session.send(pdu.response())
    session.close()
  })
  session.on('deliver_sm', (pdu: PDU) => {
    // Answered once it is written down: what is not, the SMSC tells again.
    onDeliver(pdu).then(
      () => session.send(pdu.response()),
      () => session.send(pdu.response({ command_status: ESME.RX_T_APPN })),
    )
  })

  function ask(command: string, fields: Record<string, unknown>, signal?: AbortSignal): Promise<PDU> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer)
        waiting.delete(fail)
        signal?.removeEventListener('abort', abort)
      }
      const fail = (error: NotSent) => {
        end()
        reject(error)
      }
      const abort = () => fail(new NotSent('unknown', 'sms', 'Sending was broken off before the SMSC answered.'))
      const timer = setTimeout(
        () => fail(new NotSent('unknown', 'sms', 'The SMSC took the message and did not answer.')),
        ANSWER_MS_MAX,
      )
      if (!open || signal?.aborted) return fail(new NotSent('away', 'sms', 'There is no connection to the SMSC.'))
      waiting.add(fail)
      signal?.addEventListener('abort', abort, { once: true })
      const written = session.send(new smpp.PDU(command, fields), (response) => {
        end()
        resolve(response)
      })
      if (!written) fail(new NotSent('away', 'sms', 'There is no connection to the SMSC.'))
    })
  }

  // Busy or not: a line that died without a word is found out within two rounds, not when a message is lost on it.
  const keepAlive = setInterval(() => {
    ask('enquire_link', {}).catch(() => session.destroy())
  }, QUIET_MS)
  keepAlive.unref()

  try {
    await connected(session, tls, () => reason)
    const bound = await ask('bind_transceiver', { system_id: address.systemId, password: address.password })
    if (bound.command_status !== 0) {
      throw new NotSent('away', 'sms', `The SMSC does not let us in (status ${hex(bound.command_status)}).`)
    }
  } catch (error) {
    session.destroy()
    lose()
    // Nothing was handed over yet, whatever happened.
    throw new NotSent('away', 'sms', error instanceof Error ? error.message : 'The SMSC is away.', error)
  }
  return {
    isOpen: () => open,
    ask,
    async close() {
      if (open) await ask('unbind', {}).catch(() => undefined)
      session.destroy()
      lose()
    },
  }
}

function connected(session: Session, tls: boolean, reason: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The SMSC does not answer.')), CONNECT_MS_MAX)
    session.once(tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      resolve()
    })
    session.once('close', () => {
      clearTimeout(timer)
      reject(new Error(reason()))
    })
  })
}

/** Statuses of SMPP 3.4 §5.1.3 that we answer or tell apart. */
export const ESME = { SYS_ERR: 0x08, MSG_Q_FUL: 0x14, THROTTLED: 0x58, RX_T_APPN: 0x64 } as const

export function hex(status: number): string {
  return `0x${status.toString(16).padStart(8, '0')}`
}
