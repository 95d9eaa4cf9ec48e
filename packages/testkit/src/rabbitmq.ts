import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect as openSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from './eventually.ts'
import { freePorts } from './free-ports.ts'
import { findPart } from './parts.ts'

export interface Rabbitmq {
  /** With a generated user and password, who may do everything. */
  url: string
  port: number
  /** Runs `rabbitmqctl` on this node and returns what it prints. Costs a second or two: it starts an Erlang of its own. */
  ctl(...args: string[]): Promise<string>
  /** Stops the node in order; what is durable stays for the next `start`. */
  stop(): Promise<void>
  kill9(): Promise<void>
  /** Whether a kill would leave this quorum queue whole: until it is written down, some second after it is made, it would not. */
  hasOnDisk(queue: string): Promise<boolean>
  start(): Promise<void>
  /** Loses the disk, as when a volume is gone: only of a node that is stopped. */
  wipe(): Promise<void>
  /** Stops the node and removes its folder. */
  remove(): Promise<void>
}

export interface RabbitmqCluster {
  nodes: Rabbitmq[]
  /** All hosts in one URL. */
  url: string
  remove(): Promise<void>
}

export interface RabbitmqOptions {
  /** Users, permissions, exchanges, queues and bindings that the node has whenever it starts, as JSON. */
  definitions?: object
}

interface Member extends RabbitmqOptions {
  home: string
  user: string
  password: string
  ports: { amqp: number; dist: number; epmd: number }
  config: string[]
}

/**
 * A real RabbitMQ node of our own on loopback and free ports, with its own Erlang port mapper, cookie and folder, so
 * that it neither meets nor disturbs one that the machine runs. Boots in 5–20 s: share it within a file.
 */
export async function startRabbitmq(options: RabbitmqOptions = {}): Promise<Rabbitmq> {
  const { nodes } = await startNodes(1, options)
  return nodes[0] as Rabbitmq
}

/** Nodes that know one another from the start and keep quorum queues on all of them. Boots in some 20 s. */
export async function startRabbitmqCluster(size: number): Promise<RabbitmqCluster> {
  return startNodes(size, {})
}

async function startNodes(size: number, options: RabbitmqOptions): Promise<RabbitmqCluster> {
  const [epmd, ...ports] = (await freePorts(2 * size + 1)) as [number, ...number[]]
  const home = await mkdtemp(join(tmpdir(), 'guichet-rabbitmq-'))
  const cookie = randomBytes(16).toString('hex')
  const login = { user: 'guichet', password: randomBytes(16).toString('hex') }
  const amqpPorts = ports.slice(0, size)
  const names = amqpPorts.map(nodeName)
  const config =
    size === 1
      ? []
      : [
          'cluster_formation.peer_discovery_backend = classic_config',
          ...names.map((name, index) => `cluster_formation.classic_config.nodes.${index + 1} = ${name}`),
        ]
  // Ours and in the foreground, else the node would leave a daemon behind.
  const mapper = spawn('epmd', ['-port', String(epmd), '-address', '127.0.0.1'], { stdio: 'ignore' })
  const nodes: Rabbitmq[] = []
  const remove = async () => {
    await Promise.all(nodes.map((node) => node.remove()))
    await endProcess(mapper, 'SIGTERM')
    await rm(home, { recursive: true, force: true })
  }
  try {
    for (const [index, amqp] of amqpPorts.entries()) {
      const own = join(home, String(amqp))
      await mkdir(join(own, 'log'), { recursive: true })
      await writeFile(join(own, '.erlang.cookie'), cookie, { mode: 0o400 })
      const dist = ports[size + index] as number
      nodes.push(await createNode({ ...options, ...login, home: own, config, ports: { amqp, dist, epmd } }))
    }
    await Promise.all(nodes.map((node) => node.start()))
  } catch (error) {
    await remove()
    throw error
  }
  const [first] = nodes as [Rabbitmq]
  const hosts = amqpPorts.map((port) => `127.0.0.1:${port}`).join(',')
  const all = size === 1 ? [{ ...first, remove }] : nodes
  return { nodes: all, url: `amqp://${login.user}:${login.password}@${hosts}`, remove }
}

const nodeName = (port: number) => `guichet${port}@localhost`

async function createNode({ home, user, password, ports, config, definitions }: Member): Promise<Rabbitmq> {
  const server = serverProgram()
  const name = nodeName(ports.amqp)
  await writeFile(join(home, 'enabled_plugins'), '[].')
  if (definitions) await writeFile(join(home, 'definitions.json'), JSON.stringify(definitions))
  await writeFile(
    join(home, 'rabbitmq.conf'),
    [
      `listeners.tcp.1 = 127.0.0.1:${ports.amqp}`,
      `default_user = ${user}`,
      `default_pass = ${password}`,
      'log.file.level = warning',
      'vm_memory_high_watermark.absolute = 512MB',
      'disk_free_limit.absolute = 20MB',
      ...(definitions ? [`load_definitions = ${join(home, 'definitions.json')}`] : []),
      ...config,
    ].join('\n'),
  )
  const loopback = '-kernel inet_dist_use_interface {127,0,0,1}'
  const env = {
    PATH: `${process.env.PATH}:/usr/sbin:/usr/bin`,
    LANG: 'C.UTF-8',
    HOME: home,
    RABBITMQ_NODENAME: name,
    RABBITMQ_DIST_PORT: String(ports.dist),
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_MNESIA_BASE: join(home, 'data'),
    RABBITMQ_LOG_BASE: join(home, 'log'),
    RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'enabled_plugins'),
    RABBITMQ_PID_FILE: join(home, 'pid'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    // The script then becomes the Erlang machine instead of minding it: the pid we start is the node itself.
    RABBITMQ_ALLOW_INPUT: 'true',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-noinput ${loopback}`,
    RABBITMQ_CTL_ERL_ARGS: loopback,
    RABBITMQ_IO_THREAD_POOL_SIZE: '16',
  }

  let node: ChildProcess | undefined
  const end = async (signal: NodeJS.Signals) => {
    const ending = node
    node = undefined
    if (ending) await endProcess(ending, signal)
  }
  return {
    url: `amqp://${user}:${password}@127.0.0.1:${ports.amqp}`,
    port: ports.amqp,
    async ctl(...args) {
      const { stdout } = await promisify(execFile)(join(dirname(server), 'rabbitmqctl'), ['-q', ...args], { env })
      return stdout
    },
    stop: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
    async hasOnDisk(queue) {
      const names = await readFile(join(home, 'data', name, 'quorum', name, 'names.dets'))
      return names.includes(`%2F_${queue}m`) // a key, and the tag of the value behind it
    },
    async start() {
      let output = ''
      const started = spawn(server, [], { env, stdio: ['ignore', 'pipe', 'pipe'] })
      started.stdout.on('data', (chunk) => (output = (output + chunk).slice(-4000)))
      started.stderr.on('data', (chunk) => (output = (output + chunk).slice(-4000)))
      node = started
      const answers = eventually(() => speaksAmqp(ports.amqp), 240_000)
      const died = new Promise<never>((_, reject) =>
        started.once('exit', (code) => reject(new Error(`RabbitMQ ended with ${code} while starting: ${output}`))),
      )
      died.catch(() => {}) // it ends on purpose later
      await Promise.race([answers, died])
    },
    wipe: () => rm(join(home, 'data'), { recursive: true, force: true }),
    remove: () => end('SIGTERM'),
  }
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
