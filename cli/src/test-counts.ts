import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

export type Counts = { passed: number; failed: number; skipped: number }

/** A vitest reporter that leaves the three numbers in the file that GUICHET_TEST_COUNTS names. */
export default class TestCounts implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    // What failed outside any test (a file that does not load, a hook, a stray rejection) is a failure too.
    const counts: Counts = { passed: 0, failed: errors.length, skipped: 0 }
    for (const module of modules) {
      counts.failed += module.errors().length
      for (const { state } of [...module.children.allTests()].map((each) => each.result())) {
        if (state === 'passed') counts.passed += 1
        else if (state === 'failed') counts.failed += 1
        else counts.skipped += 1
      }
    }
    if (process.env.GUICHET_TEST_COUNTS) writeFileSync(process.env.GUICHET_TEST_COUNTS, JSON.stringify(counts))
  }
}
