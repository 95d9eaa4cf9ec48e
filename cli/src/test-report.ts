import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Reporter, SerializedError, TestModule, TestRunEndReason } from 'vitest/node'

/** What became of a test file; a failure without a title is the file's own (it does not load, a hook failed). */
export type FileReport = { project: string; path: string; passed: number; skipped: number; failures: string[] }
/** `strays` failed outside any file, for example a rejection that nobody awaited. */
export type TestReport = { files: FileReport[]; strays: number; interrupted: boolean }

/** A vitest reporter that leaves what became of each file in the one that GUICHET_TEST_REPORT names. */
export default class ReportFile implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[], reason: TestRunEndReason): void {
    const report = { files: modules.map(fileReport), strays: errors.length, interrupted: reason === 'interrupted' }
    if (process.env.GUICHET_TEST_REPORT) writeFileSync(process.env.GUICHET_TEST_REPORT, JSON.stringify(report))
  }
}

function fileReport(module: TestModule): FileReport {
  const tests = [...module.children.allTests()]
  const ended = (...states: string[]) => tests.filter((test) => states.includes(test.result().state))
  const hooks = [module, ...module.children.allSuites()].flatMap((suite) =>
    suite.errors().map(() => ('fullName' in suite ? suite.fullName : '')),
  )
  return {
    project: module.project.name,
    path: relative(process.cwd(), module.moduleId),
    passed: ended('passed').length,
    skipped: ended('skipped', 'pending').length,
    failures: [...hooks, ...ended('failed').map((test) => test.fullName)],
  }
}
