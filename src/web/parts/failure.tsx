import { Component, type ReactNode } from 'react'
import { Problem } from './notice.tsx'
import { Page } from './page.tsx'

/** What is shown when a page cannot be drawn, above all when its script could not be fetched: offline, or a new release. */
export class Failure extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {}

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    if (this.state.error === undefined) return this.props.children
    return (
      <Page title="medislot" narrow>
        <Problem error={this.state.error} again={() => location.reload()} />
      </Page>
    )
  }
}
