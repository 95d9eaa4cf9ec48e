import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** One project per workspace, so that each part's tests run alone: `./guichet test --project tickets`. */
const databaseProjects = ['accounts', 'events', 'tickets', 'notifications'].map((name) => ({
  name,
  root: `services/${name}`,
}))
const packageProjects = ['database', 'embedded-postgres', 'messaging', 'problem', 'server', 'testkit'].map((name) => ({
  name,
  root: `packages/${name}`,
}))
const others = ['sandbox', 'bench', 'cli', 'web', 'e2e'].map((name) => ({ name, root: name }))

/**
 * The longest of all first, so that nobody waits for it alone at the end; the journeys last, so that the system that they
 * share does not run beside the others.
 */
class Sequence extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const turn = ({ project: { name } }: TestSpecification) => (name === 'repository' ? 0 : name === 'e2e' ? 2 : 1)
    return (await super.sort(files)).toSorted((one, other) => turn(one) - turn(other))
  }
}

export default defineConfig({
  test: {
    // Two cores are what we promise to run on; more files at once only wait for each other.
    maxWorkers: 2,
    sequence: { sequencer: Sequence },
    projects: [...packageProjects, ...databaseProjects, ...others, { name: 'repository', root: '.' }].map(
      ({ name, root }) => ({
        test: {
          name,
          root,
          environment: 'node',
          include: name === 'repository' ? ['tests/*.test.ts'] : ['tests/**/*.test.ts', 'src/**/*.test.ts'],
          globalSetup: [
            `${import.meta.dirname}/${name === 'e2e' ? 'e2e/shared-system.ts' : 'packages/testkit/src/setup.ts'}`,
          ],
          // They only bound what hangs: a busy machine is ten times slower than a quiet one.
          testTimeout: 240_000,
          hookTimeout: 300_000,
        },
      }),
    ),
  },
})
