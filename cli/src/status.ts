import { readArguments } from './arguments.ts'
import { askHealth, askMetrics } from './health.ts'
import { memoryOf, memoryOfTree } from './memory.ts'
import { dataFolder } from './paths.ts'
import { type ChildReport, findRunningCopy, readReport } from './running-copy.ts'

type Row = {
  name: string
  pid: number | null
  port: number | null
  health: string
  memory: Memory
  restarts: number
  /** Messages that are not published yet, and those that a queue gave up on; undefined where there are none to count. */
  waiting?: number | undefined
  dead?: number | undefined
}
type Memory = { rss: number; pss: number }

export async function status(args: string[]): Promise<number> {
  const { values } = readArguments('status', {
    args,
    options: { data: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const folder = dataFolder(values.data)
  const running = findRunningCopy(folder)
  const report = readReport(folder)
  if (!running || !report) {
    console.log(values.json ? JSON.stringify({ running: false }) : `Guichet is not running on ${folder}.`)
    return 1
  }
  const { postgres } = report
  const rows: Row[] = [
    { name: 'supervisor', pid: running.pid, port: null, health: 'up', memory: memoryOf(running.pid), restarts: 0 },
    ...(postgres ? [{ ...postgres, name: 'postgres', health: 'up', memory: memoryOfTree(postgres.pid) }] : []),
    ...(await Promise.all(report.children.map(describe))),
  ]
  const total = rows.reduce((sum, { memory }) => ({ rss: sum.rss + memory.rss, pss: sum.pss + memory.pss }), {
    rss: 0,
    pss: 0,
  })
  if (values.json) console.log(JSON.stringify({ running: true, ...report, rows, total }))
  else print(report.publicUrl, folder, rows, total)
  return rows.every((row) => row.health === 'ready' || row.health === 'up') ? 0 : 1
}

async function describe(child: ChildReport): Promise<Row> {
  const { name, pid, port, restarts } = child
  const [health, metrics] = await Promise.all([healthOf(child), askMetrics(new URL('/metrics', child.health).href)])
  const memory = pid ? memoryOf(pid) : { rss: 0, pss: 0 }
  const waiting = metrics.get('guichet_outbox_waiting')
  return { name, pid, port, restarts, health, memory, waiting, dead: metrics.get('guichet_dead_letters') }
}

async function healthOf({ state, health }: ChildReport): Promise<string> {
  if (state !== 'ready') return state
  const status = await askHealth(health)
  if (status === undefined) return 'no answer'
  return status === 200 ? 'ready' : `not ready (${status})`
}

function print(publicUrl: string, folder: string, rows: Row[], total: Memory): void {
  const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(0)
  const line = (...cells: (string | number | null)[]) =>
    cells
      .map((cell, i) => (i < 1 || i === 3 ? String(cell ?? '–').padEnd(14) : String(cell ?? '–').padStart(8)))
      .join(' ')
  console.log(`Guichet runs at ${publicUrl} on ${folder}\n`)
  console.log(line('process', 'pid', 'port', '  health', 'RSS MB', 'PSS MB', 'restarts', 'waiting', 'dead'))
  for (const { name, pid, port, health, memory, restarts, waiting, dead } of rows) {
    const counts = [restarts, waiting ?? '', dead ?? '']
    console.log(line(name, pid, port, `  ${health}`, megabytes(memory.rss), megabytes(memory.pss), ...counts))
  }
  console.log(line('total', '', '', '', megabytes(total.rss), megabytes(total.pss), ''))
}
