import { createServer, connect as openSocket, type Socket } from 'node:net'

/**
 * `pass`: as if it were not there. `drop`: nothing arrives either way, and no connection ends (a cut cable). `half`: what the
 * client says arrives, the answers are lost. New connections are taken in each of them; one that lost something is reset when
 * everything passes again, because no TCP connection goes on with bytes missing.
 */
export type ProxyMode = 'pass' | 'drop' | 'half'

export interface TcpProxy {
  port: number
  set(mode: ProxyMode): void
  /** Ends every connection with a TCP reset. */
  reset(): void
  /** Connections that are open on the client's side. */
  connections(): number
  stop(): Promise<void>
}

/** Stands between a client and a server on loopback, and fails as networks do. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  let mode: ProxyMode = 'pass'
  const pairs = new Set<[client: Socket, server: Socket]>()
  const torn = new Set<[client: Socket, server: Socket]>()
  const proxy = createServer((client) => {
    const server = openSocket({ port: target, host: '127.0.0.1' })
    const pair: [Socket, Socket] = [client, server]
    pairs.add(pair)
    const hand = (chunk: Buffer, to: Socket, passes: boolean) => void (passes ? to.write(chunk) : torn.add(pair))
    client.on('data', (chunk) => hand(chunk, server, mode !== 'drop'))
    server.on('data', (chunk) => hand(chunk, client, mode === 'pass'))
    const bothEnd = (ended: Socket, other: Socket) => {
      ended.on('error', () => {})
      ended.on('close', () => {
        pairs.delete(pair)
        if (mode === 'pass' || ended === client) other.destroy()
      })
    }
    bothEnd(client, server)
    bothEnd(server, client)
  })
  const reset = (some: typeof pairs) => {
    for (const [client, server] of some) {
      client.resetAndDestroy()
      server.resetAndDestroy()
    }
  }
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const address = proxy.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    set(next) {
      mode = next
      if (mode !== 'pass') return
      reset(torn)
      torn.clear()
    },
    reset: () => reset(pairs),
    connections: () => pairs.size,
    async stop() {
      for (const sockets of pairs) for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
}
