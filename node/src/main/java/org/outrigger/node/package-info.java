/** CPU lists and the inventory of the node. */
package org.outrigger.node;
