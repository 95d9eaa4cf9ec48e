import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Refusal } from '../refusal.ts'

const names = [
  'postgres',
  'accounts',
  'events',
  'tickets',
  'notifications',
  'payments',
  'inbox',
  'smtp',
  'sms',
] as const

export type Ports = Record<(typeof names)[number], number>

/** Loopback ports for what the public does not see: those of the last start where they are still free. */
export async function choosePorts(folder: string, another: () => Promise<number> = freePort): Promise<Ports> {
  const file = join(folder, 'ports.json')
  const kept = readKept(file)
  const ports: Partial<Ports> = {}
  for (const name of names) {
    const port = kept[name]
    ports[name] =
      port !== undefined && (await errorOnListening(port, '127.0.0.1')) === undefined ? port : await another()
  }
  writeFileSync(file, JSON.stringify(ports, null, 2))
  return ports as Ports
}

/** Those of the copy that runs. */
export function readPorts(folder: string): Ports {
  return readKept(join(folder, 'ports.json')) as Ports
}

function readKept(file: string): Partial<Ports> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<Ports>
  } catch {
    return {}
  }
}

/** The public port must be ours alone: also on ::1, which `localhost` may mean first. */
export async function requireFreePort(port: number, host: string): Promise<void> {
  const hosts = host === '127.0.0.1' ? [host, '::1'] : [host]
  for (const each of hosts) {
    const code = await errorOnListening(port, each)
    if (code === 'EADDRINUSE') {
      throw new Refusal(`Port ${port} is taken by another program: choose another one with --port.`)
    }
    if (code === 'EACCES')
      throw new Refusal(`Port ${port} needs more rights than you have: choose one above 1023 with --port.`)
    if (code !== undefined && each === host)
      throw new Refusal(`Cannot listen on ${host}:${port} (${code}): choose another --host.`)
  }
}

async function errorOnListening(port: number, host: string): Promise<string | undefined> {
  const server = createServer()
  return new Promise((done) => {
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code))
    server.listen({ port, host, exclusive: true }, () => server.close(() => done(undefined)))
  })
}

const LOWEST = 20_000
const COUNT = 12_000
let next = process.pid * 50

/**
 * From below the range that the kernel gives to outgoing connections, so that the port is free again next time, and
 * nobody takes it before who it is for. Copies that start at once look in different places, by their process ids.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + (next++ % COUNT)
    if ((await errorOnListening(port, '127.0.0.1')) === undefined) return port
  }
}
