import type { FileReport, TestReport } from './test-report.ts'

/** More files than these that fail at once are no accident. */
const MOST_FILES = 3

/**
 * Suites whose rare failure may be a real loss, a real oversell, a wrong sum: one failure in a thousand runs is what they are
 * there to find. By folder, and by the words that stand in their names.
 */
const GUARANTEES = [
  /^packages\/(database|embedded-postgres)\//,
  /\/(races|faults|model|saga|stock|payments|ledger|providers)\//,
  /(kill|fault|crash|cluster|outage|independence|permutation|idempotency|once|race|invariant)[^/]*$/,
  /(embedded|rabbitmq|relay|republish|subscribe|outbox)[^/]*$/,
  /(pay|refund|ledger|reconciliation|invoice|hold|limit|offer|order|allotment|check-in|transfer)[^/]*$/,
]

/** A guarantee's failure is never tried away. */
export const isGuarantee = (path: string): boolean => GUARANTEES.some((pattern) => pattern.test(path))

/** The files that a run may try once more: or in one sentence why none. */
export function chooseForSecondTry(report: TestReport): FileReport[] | string {
  const failed = report.files.filter((file) => file.failures.length > 0)
  const guarantee = failed.find((file) => isGuarantee(file.path))
  if (report.interrupted) return 'the run was interrupted'
  if (report.strays > 0) return 'something failed outside any test'
  if (failed.length > MOST_FILES) return `${failed.length} files failed, more than ${MOST_FILES}`
  if (guarantee) return `${guarantee.path} holds a guarantee`
  return failed
}

/** True when the whole file passed alone, and nothing that ran before was skipped instead. */
export function passedAlone(first: FileReport, alone: TestReport): boolean {
  const again = alone.files.find((file) => file.path === first.path)
  if (!again || alone.files.length > 1 || alone.strays > 0 || alone.interrupted) return false
  return again.failures.length === 0 && again.passed > 0 && again.skipped <= first.skipped
}
