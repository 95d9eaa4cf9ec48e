import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, connect as openSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { findPart } from './parts.ts'

export interface Rabbitmq {
  /** With a generated user and password. */
  url: string
  /** Stops the node in order; what is durable stays for the next `start`. */
  stop(): Promise<void>
  kill9(): Promise<void>
  start(): Promise<void>
  /** Loses the disk, as when a volume is gone: only of a node that is stopped. */
  wipe(): Promise<void>
  /** Stops the node and removes its folder. */
  remove(): Promise<void>
}

/**
 * A real RabbitMQ node of our own on loopback and free ports, with its own Erlang port mapper, cookie and folder, so
 * that it neither meets nor disturbs one that the machine runs. Boots in 5–20 s: share it within a file.
 */
export async function startRabbitmq(): Promise<Rabbitmq> {
  const server = serverProgram()
  const [port, distPort, epmdPort] = (await freePorts(3)) as [number, number, number]
  const home = await mkdtemp(join(tmpdir(), 'guichet-rabbitmq-'))
  const user = 'guichet'
  const password = randomBytes(16).toString('hex')
  await mkdir(join(home, 'log'))
  await writeFile(join(home, 'enabled_plugins'), '[].')
  await writeFile(
    join(home, 'rabbitmq.conf'),
    [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      `default_user = ${user}`,
      `default_pass = ${password}`,
      'log.file.level = warning',
      'vm_memory_high_watermark.absolute = 512MB',
      'disk_free_limit.absolute = 20MB',
    ].join('\n'),
  )
  const env = {
    PATH: `${process.env.PATH}:/usr/sbin:/usr/bin`,
    LANG: 'C.UTF-8',
    HOME: home,
    RABBITMQ_NODENAME: `guichet${port}@localhost`,
    RABBITMQ_DIST_PORT: String(distPort),
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_MNESIA_BASE: join(home, 'data'),
    RABBITMQ_LOG_BASE: join(home, 'log'),
    RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'enabled_plugins'),
    RABBITMQ_PID_FILE: join(home, 'pid'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    // The script then becomes the Erlang machine instead of minding it: the pid we start is the node itself.
    RABBITMQ_ALLOW_INPUT: 'true',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-noinput -kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_IO_THREAD_POOL_SIZE: '16',
  }

  // Ours and in the foreground, else the node would leave a daemon behind.
  const epmd = spawn('epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'], { env, stdio: 'ignore' })
  let node: ChildProcess | undefined

  const end = async (signal: NodeJS.Signals) => {
    const ending = node
    node = undefined
    if (ending) await endProcess(ending, signal)
  }
  const rabbitmq: Rabbitmq = {
    url: `amqp://${user}:${password}@127.0.0.1:${port}`,
    stop: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
    async start() {
      let output = ''
      const started = spawn(server, [], { env, stdio: ['ignore', 'pipe', 'pipe'] })
      started.stdout.on('data', (chunk) => (output = (output + chunk).slice(-4000)))
      started.stderr.on('data', (chunk) => (output = (output + chunk).slice(-4000)))
      node = started
      const answers = eventually(() => speaksAmqp(port), 120_000)
      const died = new Promise<never>((_, reject) =>
        started.once('exit', (code) => reject(new Error(`RabbitMQ ended with ${code} while starting: ${output}`))),
      )
      died.catch(() => {}) // it ends on purpose later
      await Promise.race([answers, died])
    },
    async wipe() {
      await rm(join(home, 'data'), { recursive: true, force: true })
    },
    async remove() {
      await end('SIGTERM')
      await endProcess(epmd, 'SIGTERM')
      await rm(home, { recursive: true, force: true })
    },
  }
  try {
    await rabbitmq.start()
  } catch (error) {
    await rabbitmq.remove()
    throw error
  }
  return rabbitmq
}

/** Debian's `rabbitmq-server` on PATH changes user and folder; the script behind it does neither. */
function serverProgram(): string {
  const plain = '/usr/lib/rabbitmq/bin/rabbitmq-server'
  const program = existsSync(plain) ? plain : findPart('rabbitmq')
  if (!program) throw new Error('rabbitmq-server is not on this machine')
  return program
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  const giveUp = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await ended
  clearTimeout(giveUp)
}

/** The port opens before the node is ready; a node that is ready answers the protocol header (AMQP 0-9-1 §4.2.2). */
function speaksAmqp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = openSocket({ port, host: '127.0.0.1' })
    const done = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.setTimeout(2_000, () => done(false))
    socket.once('error', () => done(false))
    socket.once('close', () => done(false))
    socket.once('connect', () => socket.write('AMQP\x00\x00\x09\x01'))
    socket.once('data', () => done(true))
  })
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))))
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
