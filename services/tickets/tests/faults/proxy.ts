import { connect, createServer, type Socket } from 'node:net'
import { freePort } from '@guichet/testkit'

/** Where a conversation with PostgreSQL is made to stand still. */
export type Point =
  /** The statement that carries the marker has been sent and never arrives. */
  | 'before the write'
  /** All is written, and the commit never arrives. */
  | 'before the commit'
  /** Committed, and the answer never arrives. */
  | 'after the commit'

interface Snare {
  marker: string
  point: Point
  /** Whether the effect is there, for PostgreSQL's other answers may come first. */
  isCommitted(): Promise<boolean>
  caught(cut: () => void): void
}

/** The message Query with this text; pipelined, what it commits may come in the same packet. */
const COMMIT = Buffer.from('Q\0\0\0\x0bcommit\0', 'latin1')
/** ReadyForQuery, and what it says: idle, in a transaction, in a failed one. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5])
const IDLE = 'I'.charCodeAt(0)

/**
 * Stands between the service and PostgreSQL and passes everything on, until a snare is set: then the connection that sends
 * the marker goes dead, in both directions, at the wanted point. The service needs no hook for it.
 */
export async function startProxy(targetPort: number) {
  const port = await freePort()
  const sockets = new Set<Socket>()
  let snare: Snare | undefined

  const server = createServer((service) => {
    const postgres = connect({ host: '127.0.0.1', port: targetPort, noDelay: true })
    service.setNoDelay(true)
    let marked = false
    let dead = false
    const cut = () => {
      service.destroy()
      postgres.destroy()
    }
    const spring = (set: Snare) => {
      dead = true
      snare = undefined
      set.caught(cut)
    }
    service.on('data', (chunk: Buffer) => {
      if (dead) return
      if (snare && chunk.includes(snare.marker)) marked = true
      if (snare && marked && snare.point === 'before the write') return spring(snare)
      const commit = chunk.indexOf(COMMIT)
      if (snare && marked && snare.point === 'before the commit' && commit >= 0) {
        postgres.write(chunk.subarray(0, commit))
        return spring(snare)
      }
      postgres.write(chunk)
    })
    postgres.on('data', async (chunk: Buffer) => {
      if (dead) return
      const ends = chunk.subarray(-6, -1).equals(READY) && chunk.at(-1) === IDLE
      if (snare && marked && ends && snare.point === 'after the commit') {
        const set = snare
        postgres.pause()
        if (await set.isCommitted()) return spring(set)
        postgres.resume()
      }
      service.write(chunk)
    })
    for (const socket of [service, postgres]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        cut()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))

  return {
    port,
    /** Sets a snare; resolves when a connection is caught in it, with what cuts that connection. */
    snare: (set: Omit<Snare, 'caught'>) =>
      new Promise<() => void>((caught) => {
        snare = { ...set, caught }
      }),
    /** Resets every connection, whatever is under way on it. */
    cutAll() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    async stop(): Promise<void> {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type DatabaseProxy = Awaited<ReturnType<typeof startProxy>>
