import type { RequestHandler } from 'express'
import helmet from 'helmet'

const self = ["'self'"]

/**
 * Security headers: strict for the page, open for the pictures, which dashboards on other hosts embed. At
 * home, plain http is the rule.
 */
export const securityHeaders: RequestHandler = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: self,
      styleSrc: self,
      imgSrc: self,
      connectSrc: self,
      baseUri: ["'none'"],
      formAction: self,
    },
  },
  crossOriginResourcePolicy: { policy: 'cross-origin' },
  // Without https, browsers ignore these two and complain in the console.
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  // It would count for the whole host, other ports too: not this service's to say.
  strictTransportSecurity: false,
  // Dashboards show the page in a frame.
  xFrameOptions: false,
})
