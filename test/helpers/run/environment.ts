import { TestEnvironment } from 'jest-environment-node'

/** Where tests run: Jest's environment for Node. An error of a test is explained while its pages are open (../browser/explain_failure.ts). */
export default class Environment extends TestEnvironment {
  async handleTestEvent({ name, error }: { name: string; error?: unknown }): Promise<void> {
    if (name !== 'test_fn_failure' && name !== 'hook_failure') return
    const { explainFailure } = this.global as { explainFailure?: (error: unknown) => Promise<void> }
    await explainFailure?.(error)
  }
}
