import { once } from 'node:events'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import type { Context } from '../context.ts'
import type { Job } from '../jobs/job.ts'
import { deliveryOfReturnPath } from '../mail/return-path.ts'
import { RETURNED_BYTES_MAX, takeIn } from './take-in.ts'

export interface ReturnedMailTaker extends Job {
  port: number
}

/**
 * A mail server for one purpose: it takes what comes back to the bounce address, and nothing for anybody else. An MX record
 * or the operator's mail server leads here. It answers 250 once what the mail says is written down.
 */
export async function takeReturnedMail(
  ctx: Context,
  {
    port,
    host,
    bounceAddress,
    tls,
  }: { port: number; host: string; bounceAddress: string; tls?: { cert: string; key: string } | undefined },
): Promise<ReturnedMailTaker> {
  const server = new SMTPServer({
    name: bounceAddress.slice(bounceAddress.lastIndexOf('@') + 1),
    // Offered, as between mail servers (RFC 3207 §4): who cannot speak TLS still brings what came back.
    ...(tls ?? {}),
    disabledCommands: tls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    authOptional: true,
    disableReverseLookup: true,
    size: RETURNED_BYTES_MAX,
    maxClients: 20,
    socketTimeout: 30_000,
    closeTimeout: 1_000,
    onRcptTo({ address }, _session, done) {
      const ours = address.toLowerCase() === bounceAddress.toLowerCase() || deliveryOf(ctx, address) !== undefined
      done(ours ? null : refusal(550, 'No such mailbox here'))
    },
    onData(stream, session, done) {
      receive(ctx, stream, session).then(
        () => done(null, 'OK'),
        (error: unknown) => {
          ctx.log.warn({ err: error }, 'a returned mail could not be taken in')
          done(refusal(stream.sizeExceeded ? 552 : 451, stream.sizeExceeded ? 'Too large' : 'Try again later'))
        },
      )
    },
  })
  server.on('error', (error) => ctx.log.debug({ err: error }, 'a mail server went away'))
  server.listen(port, host)
  await once(server.server, 'listening')
  const address = server.server.address()
  return {
    port: typeof address === 'object' && address ? address.port : port,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

async function receive(ctx: Context, stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk as Buffer)
  if (stream.sizeExceeded) throw new Error('too large')
  const [recipient] = session.envelope.rcptTo
  await takeIn(ctx, Buffer.concat(chunks), recipient?.address)
}

const deliveryOf = (ctx: Context, address: string) => deliveryOfReturnPath(ctx.keys.links, address)

function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode })
}
