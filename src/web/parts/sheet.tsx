import type { ReactNode } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useText } from '../text/language.ts'
import { Icon } from './icon.tsx'

/** A dialog over the page: in its middle, on a phone at its foot. Escape or a click beside it closes. */
export function Sheet({ title, close, children }: { title: string; close(): void; children: ReactNode }) {
  const { t } = useText()
  return (
    <ModalOverlay className="sheet-behind" isOpen isDismissable onOpenChange={(open) => !open && close()}>
      <Modal className="sheet">
        <Dialog className="sheet-dialog">
          <header>
            <Heading slot="title">{title}</Heading>
            <button type="button" className="icon-button" aria-label={t.problem.close} onClick={close}>
              <Icon name="cross" />
            </button>
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
