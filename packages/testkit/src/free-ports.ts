import { createServer } from 'node:net'

const LOWEST = 10_000
const COUNT = 10_000
let next = process.pid * 50

/**
 * A port of loopback on which nobody listens. From below the range that the kernel gives to outgoing connections: one of
 * those may otherwise take it before who it is for, or while what listened there is dead. Processes that look at the
 * same time look in different places.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + (next++ % COUNT)
    if (await isFree(port)) return port
  }
}

/** Several, each another. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) ports.push(await freePort())
  return ports
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}
