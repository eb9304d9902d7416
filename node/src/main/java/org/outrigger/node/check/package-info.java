/** Is this node well set up for low noise? */
package org.outrigger.node.check;
