import { createServer } from 'node:net'

/** Each of vitest's workers has a range of its own, and so has the process that is none of them. */
const SHARES = 4
const COUNT = 2_500
const LOWEST = 10_000 + (Number(process.env.VITEST_POOL_ID ?? 0) % SHARES) * COUNT
let next = process.pid * 50

/**
 * A port of loopback on which nobody listens. From below the range that the kernel gives to outgoing connections: one of
 * those may otherwise take it before who it is for, or while what listened there is dead. Processes that look at the
 * same time look in different places: a port stays free until whom it is for has started.
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
