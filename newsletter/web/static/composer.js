/* made of 67baa2bbe9c2ce45 */
(()=>{})();
