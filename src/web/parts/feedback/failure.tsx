import { Component, type ReactNode } from 'react'
import { Page } from '../layout/page.tsx'
import { Problem } from './notice.tsx'

/**
 * Shown when a page cannot be rendered, mostly because its script could not be loaded: offline, or after a new release.
 */
export class Failure extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {}

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    if (this.state.error === undefined) return this.props.children
    return (
      <Page title="medislot" narrow>
        <Problem error={this.state.error} retry={() => location.reload()} />
      </Page>
    )
  }
}
