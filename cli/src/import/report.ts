import type { RefusedRecord } from './record.ts'
import type { Sent } from './send.ts'

export type Report = {
  file: string
  format: string
  organizerId: string | null
  dryRun: boolean
  created: number
  updated: number
  unchanged: number
  refused: RefusedRecord[]
  ticketTypesCreated: number
  notes: { line: number; label: string; note: string }[]
  seconds: number
}

export function count(sent: Sent[], outcome: Sent['outcome']): number {
  return sent.filter((one) => one.outcome === outcome).length
}

const LINES_MAX = 50

/** The report as a person reads it. */
export function printReport(report: Report, tell: (line: string) => void): void {
  for (const { line, label, note } of report.notes.slice(0, LINES_MAX)) tell(`note     line ${line}  ${label}: ${note}`)
  if (report.notes.length > LINES_MAX) tell(`note     … and ${report.notes.length - LINES_MAX} more (--json has all)`)
  for (const { line, label, reason } of report.refused) tell(`refused  line ${line}  ${label}: ${reason}`)
  const numbers = report.dryRun
    ? `${report.created} would be imported`
    : `${report.created} created, ${report.updated} updated, ${report.unchanged} unchanged`
  const types = report.ticketTypesCreated > 0 ? `, ${report.ticketTypesCreated} ticket types put on sale` : ''
  tell(`${numbers}, ${report.refused.length} refused${types} (${report.seconds.toFixed(1)} s)`)
}

const WIDTH = 30

/** A bar that is drawn again in place on a terminal; elsewhere a line each quarter. */
export function progressBar(total: number, out: NodeJS.WriteStream): { show(done: number): void; end(): void } {
  let quarter = 0
  return {
    show(done) {
      const part = total === 0 ? 1 : done / total
      if (out.isTTY) {
        const filled = Math.round(part * WIDTH)
        out.write(`\r${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${done}/${total}`)
      } else if (Math.floor(part * 4) > quarter) {
        quarter = Math.floor(part * 4)
        out.write(`${done}/${total}\n`)
      }
    },
    end() {
      if (out.isTTY) out.write(`\r${' '.repeat(WIDTH + 20)}\r`)
    },
  }
}
