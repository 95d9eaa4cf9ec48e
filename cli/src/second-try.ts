import type { FileReport, TestReport } from './test-report.ts'

/** More files than these that fail at once are no accident. */
const MOST_FILES = 3

/**
 * Suites whose rare failure may be a real loss, a real oversell or a wrong sum: one failure in a thousand runs is what
 * they are there to find. Whole parts, so that a new suite of them need not be remembered here; elsewhere by name.
 */
const GUARANTEES = [
  /^services\/tickets\//,
  /^packages\/(database|embedded-postgres|messaging)\//,
  /\/(races|faults|model|saga)\//,
  /(kill|fault|crash|cluster|outage|independence|permutation|idempotency|dead-letter|once|race)[^/]*$/,
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
