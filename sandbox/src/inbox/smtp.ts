import type { Socket } from 'node:net'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import { type Faults, takeFault } from './faults.ts'
import type { Mailbox } from './mailbox.ts'

const MESSAGE_BYTES_MAX = 25 * 1024 * 1024

/** The SMTP side: takes mail from anyone for anyone, says 250 only when the message is on disk, and fails when ordered to. */
export function createSmtp(mailbox: Mailbox, faults: Faults) {
  const sockets = new Map<string, Socket>()

  const server = new SMTPServer({
    name: 'guichet-inbox',
    banner: 'mail stops here',
    disabledCommands: ['AUTH', 'STARTTLS'],
    authOptional: true,
    disableReverseLookup: true,
    size: MESSAGE_BYTES_MAX,
    closeTimeout: 1_000,
    onRcptTo({ address }, _session, callback) {
      const fault = takeFault(faults, 'rcpt', [address])
      callback(fault ? refusal(fault) : null)
    },
    onData(stream, session, callback) {
      receive(stream, session).then((accepted) => accepted && callback(null, 'OK: kept'), callback)
    },
  })
  server.server.on('connection', (socket: Socket) => {
    const key = peer(socket)
    sockets.set(key, socket)
    socket.once('close', () => sockets.delete(key))
  })
  // A client that vanishes in the middle of a dialogue is an ordinary day for a mail server.
  server.on('error', () => {})

  /** Answers whether the client is to be told that the message is accepted. */
  async function receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<boolean> {
    const chunks: Buffer[] = []
    for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk as Buffer)
    const recipients = session.envelope.rcptTo.map(({ address }) => address)
    const fault = takeFault(faults, 'data', recipients)
    if (fault === '421' || fault === '451' || fault === '550') throw refusal(fault)
    if (fault === 'stall') return false
    if (stream.sizeExceeded) return true
    await mailbox.store(Buffer.concat(chunks), recipients)
    if (fault !== 'drop') return true
    sockets.get(`${session.remoteAddress} ${session.remotePort}`)?.destroy()
    return false
  }

  return {
    listen: (port: number, host: string) =>
      new Promise<number>((resolve, reject) => {
        server.server.once('error', reject)
        server.listen(port, host, () => {
          const address = server.server.address()
          resolve(typeof address === 'object' && address ? address.port : port)
        })
      }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
      }),
  }
}

const peer = (socket: Socket) => `${socket.remoteAddress?.replace(/^::ffff:/, '')} ${socket.remotePort}`

const REFUSALS = {
  '421': 'Service not available, try again later',
  '451': 'Requested action aborted, try again later',
  '550': 'No such mailbox here',
}

function refusal(code: string): Error {
  const text = REFUSALS[code as keyof typeof REFUSALS] ?? 'Refused'
  return Object.assign(new Error(text), { responseCode: Number(code) })
}
