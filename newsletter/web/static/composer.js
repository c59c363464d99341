/* made of ebf6b7ac1ff0ed2d */
(()=>{})();
